using FcnService.Inference.Geometry;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;

namespace FcnService.Inference.Tests.Scheduling;

public sealed class InferenceSchedulerTests : IDisposable
{
    private readonly ModelSession session = ModelSession.Load(
        Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx"), new SessionSettings());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task RunAsync_BatchedPhotos_GetExactlyTheirOwnOutputs()
    {
        using var scheduler = new InferenceScheduler(new SchedulingSettings { MaxBatch = 4, MaxDelay = TimeSpan.FromMilliseconds(200) });
        var size = new ImageSize(64, 96);
        var runs = Enumerable.Range(0, 8).Select(seed => scheduler.RunAsync(session, Random(size, seed), Cancellation)).ToList();

        for (var seed = 0; seed < runs.Count; seed++)
        {
            var scheduled = await runs[seed];
            using var batched = scheduled.Output;
            using var input = Random(size, seed);
            using var single = session.Run([input])[0];
            Assert.Equal([1, 11, 96, 64], batched.Shape);
            Assert.Equal(LabelsOf(single), LabelsOf(batched));
        }

        // The first may run before the others are there.
        Assert.Contains(runs, run => run.Result.BatchSize > 1);
    }

    [Fact]
    public async Task RunAsync_OtherSizes_NeverRunTogether()
    {
        using var scheduler = new InferenceScheduler(new SchedulingSettings { MaxBatch = 4, MaxDelay = TimeSpan.FromMilliseconds(50) });
        var runs = Enumerable.Range(1, 6).Select(i => scheduler.RunAsync(session, Random(new ImageSize(32 * i, 32), i), Cancellation)).ToList();

        foreach (var (run, i) in runs.Select((run, i) => (run, i + 1)))
        {
            using var output = (await run).Output;
            Assert.Equal([1, 11, 32, 32 * i], output.Shape);
            Assert.Equal(1, (await run).BatchSize);
        }
    }

    [Fact]
    public async Task RunAsync_CancelledWhileItWaits_NeverRuns()
    {
        using var scheduler = new InferenceScheduler(new SchedulingSettings());
        using var source = new CancellationTokenSource();
        var large = scheduler.RunAsync(session, Random(new ImageSize(512, 512), 1), Cancellation);
        var abandoned = scheduler.RunAsync(session, Random(new ImageSize(512, 512), 2), source.Token);
        var last = scheduler.RunAsync(session, Random(new ImageSize(32, 32), 3), Cancellation);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        (await large).Output.Dispose();
        (await last).Output.Dispose();
    }

    [Fact]
    public async Task RunAsync_RunThatFails_FailsItsPhotoAlone()
    {
        using var scheduler = new InferenceScheduler(new SchedulingSettings());

        // The network wants multiples of 32.
        await Assert.ThrowsAnyAsync<Exception>(() => scheduler.RunAsync(session, Random(new ImageSize(33, 35), 1), Cancellation));

        (await scheduler.RunAsync(session, Random(new ImageSize(32, 32), 2), Cancellation)).Output.Dispose();
    }

    [Fact]
    public async Task Dispose_WithWorkThatWaits_CancelsIt()
    {
        var scheduler = new InferenceScheduler(new SchedulingSettings());
        var runs = Enumerable.Range(0, 20).Select(seed => scheduler.RunAsync(session, Random(new ImageSize(256, 256), seed), Cancellation)).ToList();

        scheduler.Dispose();

        foreach (var run in runs)
        {
            try
            {
                (await run).Output.Dispose();
            }
            catch (OperationCanceledException)
            {
                // It waited when the scheduler ended.
            }
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => scheduler.RunAsync(session, Random(new ImageSize(32, 32), 1), Cancellation));
    }

    private static InputTensor Random(ImageSize size, int seed)
    {
        var tensor = new InputTensor(size);
        var random = new Random(seed);
        foreach (ref var value in tensor.Values.Span)
        {
            value = (float)(random.NextDouble() * 255) - 120;
        }

        return tensor;
    }

    private static int[] LabelsOf(NetworkOutput output)
    {
        var scores = output.Values<float>();
        var (classes, pixels) = ((int)output.Shape[1], (int)(output.Shape[2] * output.Shape[3]));
        var labels = new int[pixels];
        for (var i = 0; i < pixels; i++)
        {
            for (var label = 1; label < classes; label++)
            {
                labels[i] = scores[(label * pixels) + i] > scores[(labels[i] * pixels) + i] ? label : labels[i];
            }
        }

        return labels;
    }
}
