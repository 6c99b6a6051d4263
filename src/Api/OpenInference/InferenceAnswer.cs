namespace FcnService.Api.OpenInference;

/// <summary>The answer to an inference request. Dispose it once, after it has been sent.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Id">The request's id, or null.</param>
/// <param name="Outputs">The outputs, in the order in which they were asked for.</param>
/// <param name="Owned">What the outputs' elements lie in.</param>
internal sealed record InferenceAnswer(string Model, string? Id, IReadOnlyList<OutputTensor> Outputs, IReadOnlyList<IDisposable> Owned) : IDisposable
{
    public void Dispose()
    {
        foreach (var owned in Owned)
        {
            owned.Dispose();
        }
    }
}
