using FcnService.Compare.Servers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Providers;

namespace FcnService.Compare;

/// <summary>Servers that get the same work.</summary>
/// <param name="Name">What <c>--case</c> takes.</param>
/// <param name="Photo">The size of the photos, or of the first.</param>
/// <param name="Clients">How many send at a time; each waits for its answer before it sends again.</param>
internal sealed record Case(string Name, ImageSize Photo, int Clients)
{
    /// <summary>What networks run on: which of <c>--provider</c>'s cases this is.</summary>
    public ProviderChoice Provider { get; init; } = ProviderChoice.Cpu;

    /// <summary>The sizes that photos have in turn with the first; none, and all have that.</summary>
    public IReadOnlyList<ImageSize> OtherSizes { get; init; } = [];

    /// <summary>The different photos that are sent in turn.</summary>
    public int Photos { get; init; } = 8;

    /// <summary>How often each server has its turn.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long each server has work before its first turn. The runtime compiles what was called thirty times once more.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a turn is.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The requests, one at a time, by which the stages of a request are told.</summary>
    public int RequestsAlone { get; init; } = 100;

    /// <summary>What is compared. The first one's masks are those that all others are held against.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>What it is to show.</summary>
    public required IReadOnlyList<Goal> Goals { get; init; }

    /// <summary>The size of one of them.</summary>
    public ImageSize SizeOf(int photo) => (photo % (OtherSizes.Count + 1)) is var turn and > 0 ? OtherSizes[turn - 1] : Photo;

    /// <summary>The same in a few seconds.</summary>
    public Case Shortened() => this with
    {
        Photos = 2, Rounds = 2, WarmUp = TimeSpan.FromSeconds(2), Turn = TimeSpan.FromSeconds(2), RequestsAlone = 5,
    };
}

/// <summary>A server with a model.</summary>
/// <param name="Name">Names it in the tables.</param>
/// <param name="Server">The server.</param>
/// <param name="Model">The model that it serves.</param>
internal sealed record Contender(string Name, IServer Server, Model Model)
{
    /// <summary>Whether its masks must be the first contender's up to near-ties; quantized weights may decide otherwise.</summary>
    public bool MustAgree { get; init; } = true;
}

/// <summary>A model file.</summary>
/// <param name="Name">Its name without the extension.</param>
/// <param name="MultipleOf">Peers pad photos to a multiple of so many pixels; the service knows it from the file.</param>
/// <param name="Command">
/// The arguments of src/Export that write it to {output}, with the default model's 32-bit weights in {camvid}, random weights of FCN-8s in
/// {weights}, the file of <see cref="Source"/> in {source} and the case's photos in {photos}; none for a file in the repository's folder of
/// models.
/// </param>
internal sealed record Model(string Name, int MultipleOf, params IReadOnlyList<string> Command)
{
    /// <summary>The model that it is made of.</summary>
    public Model? Source { get; init; }
}
