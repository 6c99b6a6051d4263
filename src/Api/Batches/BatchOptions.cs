using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Batches;

/// <summary>How much a batch may ask for and hold: the section Batch.</summary>
internal sealed class BatchOptions
{
    /// <summary>The most images in a request, 1 to 10,000. Default 100.</summary>
    [Range(1, 10_000, ErrorMessage = "Batch:MaxImages is outside 1 to 10000.")]
    public int MaxImages { get; set; } = 100;

    /// <summary>How many images of a request are worked on at once, 1 to 64. Default 4.</summary>
    [Range(1, 64, ErrorMessage = "Batch:ImagesAtOnce is outside 1 to 64.")]
    public int ImagesAtOnce { get; set; } = 4;

    /// <summary>
    /// How many bytes of answers are kept for a client that sends on before it reads, 1,000,000 to 10,000,000,000; beyond that nothing more
    /// is read of it until it does. Default 32,000,000.
    /// </summary>
    [Range(1_000_000, 10_000_000_000, ErrorMessage = "Batch:MaxHeldBytes is outside 1000000 to 10000000000.")]
    public long MaxHeldBytes { get; set; } = 32_000_000;
}
