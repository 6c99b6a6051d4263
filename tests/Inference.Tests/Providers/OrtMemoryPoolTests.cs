using FcnService.Inference.Providers;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Tests.Providers;

/// <summary>With the processor's allocator, which gives memory as that of a device does.</summary>
public sealed class OrtMemoryPoolTests : IDisposable
{
    private readonly OrtMemoryPool pool = new(OrtAllocator.DefaultInstance);

    public void Dispose() => pool.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(3 * 500 * 333)]
    public void Rent_AnyLength_HoldsWhatIsWritten(int length)
    {
        using var rented = pool.Rent(length);
        var values = rented.Memory.Span[..length];
        for (var i = 0; i < length; i++)
        {
            values[i] = i;
        }

        Assert.Equal(Enumerable.Range(0, length).Select(i => (float)i), rented.Memory[..length].ToArray());
    }

    [Fact]
    public void Rent_AfterADispose_GivesTheSameMemoryToOne()
    {
        var first = pool.Rent(5_000);
        first.Dispose();

        using var again = pool.Rent(6_000);
        using var beside = pool.Rent(6_000);

        Assert.Same(first, again);
        Assert.NotSame(first, beside);
    }

    [Fact]
    public void Rent_ManyAtOnce_GivesEachItsOwn() => Parallel.For(0, 2_000, i =>
    {
        using var rented = pool.Rent(1_500);
        rented.Memory.Span.Fill(i);
        Thread.Yield();
        Assert.True(rented.Memory.Span.IndexOfAnyExcept(i) < 0, "Another one wrote into the memory.");
    });

    [Fact]
    public void Rent_MoreThanAnAllocatorGives_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent((1 << 29) + 1));
}
