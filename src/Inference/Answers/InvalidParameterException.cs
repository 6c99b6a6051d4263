namespace FcnService.Inference.Answers;

/// <summary>A parameter of an answer whose value cannot be used; the message says which, what it is, and what is allowed.</summary>
/// <param name="parameter">The parameter's name.</param>
/// <param name="message">A sentence for whoever asked.</param>
public sealed class InvalidParameterException(string parameter, string message) : Exception(message)
{
    /// <summary>The parameter's name.</summary>
    public string Parameter => parameter;
}
