namespace FcnService.Export.BatchSegmentation;

/// <summary>What could not be done.</summary>
/// <param name="Path">The path of the photo or folder, in the folder that is segmented, with slashes.</param>
/// <param name="Fault">A sentence: what is wrong and what was expected.</param>
internal readonly record struct PhotoFailure(string Path, string Fault);
