using FcnService.Export.BatchSegmentation;
using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Export.Tests.BatchSegmentation;

public class ShardTests
{
    [Fact]
    public void Contains_AnyPath_HoldsForExactlyOneShard() =>
        Property.Holds(
            from path in ArbMap.Default.GeneratorFor<NonNull<string>>()
            from count in Gen.Choose(1, 64)
            select (path.Get, count),
            it => Assert.Single(Enumerable.Range(0, it.count), index => new Shard(index, it.count).Contains(it.Get)));

    // Names of one camera, whose characters have much in common.
    [Fact]
    public void Contains_NumberedNames_SpreadEvenly()
    {
        var paths = Enumerable.Range(0, 16_000).Select(number => $"2026/IMG_{2 * number:00000}.jpg").ToList();
        for (var index = 0; index < 16; index++)
        {
            Assert.InRange(paths.Count(new Shard(index, 16).Contains), 850, 1150);
        }
    }

    // Machines that share the work, and runs years apart, must agree. As Python computes it:
    // int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big") % 16
    [Theory]
    [InlineData("a.jpg", 10)]
    [InlineData("2026/november/b.png", 10)]
    [InlineData("straße/ö.webp", 7)]
    public void Contains_Path_IsDecidedBySha256(string path, int index) => Assert.True(new Shard(index, 16).Contains(path));

    [Theory]
    [InlineData("0/1", 0, 1)]
    [InlineData("3/16", 3, 16)]
    [InlineData("15/16", 15, 16)]
    public void Parse_Shard_IsRead(string text, int index, int count)
    {
        Assert.Equal(new Shard(index, count), Shard.Parse(text));
        Assert.Equal(text, new Shard(index, count).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("16/16")]
    [InlineData("0/0")]
    [InlineData("-1/16")]
    [InlineData("1/2/3")]
    [InlineData("a/16")]
    [InlineData(" 3/16")]
    [InlineData("3/99999999999")]
    public void Parse_NoShard_IsNull(string text) => Assert.Null(Shard.Parse(text));
}
