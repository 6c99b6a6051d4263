using System.ComponentModel.DataAnnotations;

namespace FcnService.Api.Admission;

/// <summary>How much work is taken in: the section Admission.</summary>
internal sealed class AdmissionOptions
{
    /// <summary>
    /// The most work that waits or runs, in millions of pixels of network input, 0.01 to 100,000. A photo larger than that is taken when
    /// nothing else waits. Default 8.
    /// </summary>
    [Range(0.01, 100_000, ErrorMessage = "Admission:MaxQueuedMegapixels is outside 0.01 to 100000.")]
    public double MaxQueuedMegapixels { get; set; } = 8;

    /// <summary>The most bytes of encoded images in memory, 1,000,000 to 100,000,000,000. Default 200,000,000.</summary>
    [Range(1_000_000, 100_000_000_000, ErrorMessage = "Admission:MaxBytesInFlight is outside 1000000 to 100000000000.")]
    public long MaxBytesInFlight { get; set; } = 200_000_000;

    /// <summary>How many photos are decoded at once, 0 to 1024; 0 is one for each core. Default 0.</summary>
    [Range(0, 1024, ErrorMessage = "Admission:MaxDecoders is outside 0 to 1024.")]
    public int MaxDecoders { get; set; }
}
