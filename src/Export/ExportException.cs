namespace FcnService.Export;

/// <summary>What was asked for cannot become a model. Each fault is a sentence: what is wrong, where, what was expected.</summary>
public sealed class ExportException : Exception
{
    /// <summary>Creates the exception for one fault.</summary>
    /// <param name="fault">The sentence.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public ExportException(string fault, Exception? innerException = null)
        : base(fault, innerException)
    {
        Faults = [fault];
    }

    /// <summary>Creates the exception for several faults found together.</summary>
    /// <param name="faults">The sentences; at least one.</param>
    public ExportException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults))
    {
        Faults = faults;
    }

    /// <summary>The sentences, one a fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
