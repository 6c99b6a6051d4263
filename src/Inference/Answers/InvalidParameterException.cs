namespace FcnService.Inference.Answers;

/// <summary>A parameter of an answer whose value cannot be used; the message says which, what it is, and what is allowed.</summary>
/// <param name="parameter">The parameter's name.</param>
/// <param name="fault">The rest of the sentence.</param>
public sealed class InvalidParameterException(string parameter, string fault) : Exception($"The parameter '{parameter}' {fault}")
{
    /// <summary>The parameter's name.</summary>
    public string Parameter => parameter;

    /// <summary>The message without its beginning, for those who call the parameter by another name.</summary>
    public string Fault => fault;
}
