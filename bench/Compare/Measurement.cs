using FcnService.Load.Harness;

namespace FcnService.Compare;

/// <summary>What was measured of a contender.</summary>
internal sealed class Measurement
{
    /// <summary>The size of the model's file, in bytes.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>The share of all pixels that have the same label as in the first contender's masks.</summary>
    public double Agreement { get; set; }

    /// <summary>What came of each turn.</summary>
    public List<TrafficResult> Turns { get; } = [];

    /// <summary>Bytes allocated on the managed heap for a request, in each turn; none for peers.</summary>
    public List<double> AllocatedBytes { get; } = [];

    /// <summary>The most resident memory of its process, from its start to the end of the last turn, in bytes.</summary>
    public long PeakBytes { get; set; }

    /// <summary>That peak without the model.</summary>
    public long BytesBeyondModel => PeakBytes - ModelBytes;

    /// <summary>Requests one at a time; none for peers.</summary>
    public List<StageTiming> Alone { get; } = [];

    /// <summary>Requests a second, in each turn.</summary>
    public IReadOnlyList<double> Throughputs => [.. Turns.Select(turn => turn.Ok / turn.Time.TotalSeconds)];

    /// <summary>The milliseconds that a share of the requests of all turns did not exceed.</summary>
    public double Percentile(double share) =>
        new TrafficResult([.. Turns.SelectMany(turn => turn.Answers)], TimeSpan.Zero).Percentile(200, share).TotalMilliseconds;
}

/// <summary>Where the time of a request went, in milliseconds.</summary>
/// <param name="RoundTrip">From the request to its answer's last byte, by the client's clock.</param>
/// <param name="Stages">By name.</param>
internal sealed record StageTiming(double RoundTrip, IReadOnlyDictionary<string, double> Stages)
{
    /// <summary>The network itself.</summary>
    public double Inference => Stages["inference"];

    /// <summary>All other stages: the service's own work.</summary>
    public double OtherStages => Stages.Sum(stage => stage.Value) - Inference;

    /// <summary>The share of the round trip, 0 to 1, that is not the network's.</summary>
    public double OwnShare => 1 - (Inference / RoundTrip);
}
