using System.Diagnostics;

namespace FcnService.Load.Harness;

/// <summary>The two kinds of load.</summary>
internal static class Traffic
{
    /// <summary>So many clients, each of which sends its next request when it has the answer to the last; for a time.</summary>
    public static async Task<TrafficResult> ClosedAsync(
        int port,
        IReadOnlyList<byte[]> requests,
        int clients,
        TimeSpan time,
        CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(time);
        return await ClosedAsync(port, requests, clients, stop.Token, cancellation);
    }

    /// <summary>The same until it is told to stop; requests already sent are waited for.</summary>
    public static async Task<TrafficResult> ClosedAsync(
        int port,
        IReadOnlyList<byte[]> requests,
        int clients,
        CancellationToken stop,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            var own = new List<Answer>();
            for (var next = client; !stop.IsCancellationRequested; next++)
            {
                var answer = await LoadClient.SendAsync(port, requests[next % requests.Count], cancellation);
                own.Add(answer);
                if (answer.Status != 200)
                {
                    // Refusing costs nothing: without a pause, a dead or full service would be asked a hundred thousand times.
                    await Task.Delay(50, cancellation);
                }
            }

            return own;
        }));
        cancellation.ThrowIfCancellationRequested();
        return new TrafficResult([.. answers.SelectMany(own => own)], clock.Elapsed);
    }

    /// <summary>
    /// Requests at a rate, whether the last ones are answered or not, as from many clients that know nothing of each other (a Poisson
    /// process). A request's time counts from when it was due, so that a late client does not flatter the service.
    /// </summary>
    public static async Task<TrafficResult> OpenAsync(
        int port,
        IReadOnlyList<byte[]> requests,
        double perSecond,
        TimeSpan time,
        CancellationToken cancellation)
    {
        var random = new Random(1);
        var answers = new List<Task<Answer>>();
        var start = Stopwatch.GetTimestamp();
        for (var due = TimeSpan.Zero; due < time; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond))
        {
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, cancellation);
            }

            var dueAt = start + (long)(due.TotalSeconds * Stopwatch.Frequency);
            answers.Add(LoadClient.SendAsync(port, requests[answers.Count % requests.Count], cancellation, dueAt));
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        var answeredInTime = answers.Count(answer => answer is { IsCompletedSuccessfully: true, Result.Status: 200 });
        return new TrafficResult(await Task.WhenAll(answers), elapsed) { OkInTime = answeredInTime };
    }
}

/// <summary>What came of a load.</summary>
/// <param name="Answers">One for each request.</param>
/// <param name="Time">How long requests were sent.</param>
internal sealed record TrafficResult(IReadOnlyList<Answer> Answers, TimeSpan Time)
{
    /// <summary>How many were answered with 200.</summary>
    public int Ok => Answers.Count(answer => answer.Status == 200);

    /// <summary>How many of them while requests were still being sent.</summary>
    public int OkInTime { get; init; }

    /// <summary>The answers by kind, such as "410 × 200, 3 × 429 /problems/overloaded".</summary>
    public string Kinds => string.Join(
        ", ",
        Answers.CountBy(answer => answer.Kind).OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Value} × {kind.Key}"));

    /// <summary>The time that a share of the answers of a status did not exceed.</summary>
    public TimeSpan Percentile(int status, double share)
    {
        var times = Answers.Where(answer => answer.Status == status).Select(answer => answer.Latency).Order().ToList();
        return times.Count == 0 ? TimeSpan.Zero : times[(int)Math.Ceiling(share * times.Count) - 1];
    }
}
