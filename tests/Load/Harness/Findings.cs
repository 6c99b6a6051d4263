namespace FcnService.Load.Harness;

/// <summary>What a case finds, a row of the table each.</summary>
internal sealed class Findings
{
    private readonly List<Finding> all = [];

    public IReadOnlyList<Finding> All => all;

    public void Check(string bound, string measured, bool passed) =>
        all.Add(new Finding(bound, measured, passed ? Verdict.Pass : Verdict.Fail));

    public void Skip(string bound, string why) => all.Add(new Finding(bound, why, Verdict.Skipped));
}

/// <summary>One bound and what was measured.</summary>
internal sealed record Finding(string Bound, string Measured, Verdict Verdict);

internal enum Verdict
{
    Pass,
    Fail,
    Skipped,
}
