namespace FcnService.Api.Admission;

/// <summary>
/// On the features of a request that waits for room, as long as its deadline lets it, instead of being refused: the next image of a batch is
/// not read meanwhile, so that the client waits as well.
/// </summary>
internal sealed class WaitsForRoom
{
    public static readonly WaitsForRoom Instance = new();

    private WaitsForRoom()
    {
    }
}
