namespace FcnService.Export.BatchSegmentation;

/// <summary>What a run has to do.</summary>
/// <param name="Waiting">The photos whose output is not there yet.</param>
/// <param name="Finished">How many photos' outputs are there.</param>
internal sealed record BatchPlan(IReadOnlyList<string> Waiting, int Finished)
{
    /// <summary>Plans a run; no output of its photos is half written then.</summary>
    /// <param name="folder">The photos.</param>
    /// <param name="output">Where the outputs go.</param>
    /// <param name="shard">The part of the photos that is to be done.</param>
    /// <exception cref="ExportException">What a killed run left in the output folder cannot be deleted.</exception>
    public static BatchPlan Of(PhotoFolder folder, OutputFolder output, Shard shard)
    {
        var photos = folder.Photos.Where(shard.Contains).ToList();
        output.DeleteLeftovers(photos);
        var waiting = photos.Where(photo => !output.Has(photo)).ToList();
        return new BatchPlan(waiting, photos.Count - waiting.Count);
    }
}
