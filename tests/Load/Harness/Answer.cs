using System.Text.RegularExpressions;

namespace FcnService.Load.Harness;

/// <summary>What came of a request.</summary>
/// <param name="Status">The HTTP status, or 0 if there was no complete answer.</param>
/// <param name="Text">The body of an answer other than a mask, or why there was none.</param>
/// <param name="Latency">From when the request was due to the last byte of its answer.</param>
internal sealed partial record Answer(int Status, string Text, TimeSpan Latency)
{
    /// <summary>The kind of problem, such as "/problems/overloaded"; null for anything else.</summary>
    public string? Problem => ProblemType().Match(Text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>In a few words, to count by.</summary>
    public string Kind => Status switch
    {
        0 => Text,
        200 => "200",
        _ => $"{Status} {Problem ?? "without a problem"}",
    };

    [GeneratedRegex("\"type\":\"(/problems/[a-z-]+)\"")]
    private static partial Regex ProblemType();
}
