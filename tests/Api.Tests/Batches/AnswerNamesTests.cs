using FcnService.Api.Batches;

namespace FcnService.Api.Tests.Batches;

public sealed class AnswerNamesTests
{
    [Theory]
    [InlineData("street.jpg", "street.png")]
    [InlineData("two.dots.jpeg", "two.dots.png")]
    [InlineData("Straße 7 – früh.jpg", "Straße 7 – früh.png")]
    [InlineData("🚲.jpg", "🚲.png")]
    [InlineData("folder/street.jpg", "street.png")]
    [InlineData(@"C:\photos\street.jpg", "street.png")]
    [InlineData("../../../etc/cron.d/job", "job.png")]
    [InlineData("a\r\nb\0c.jpg", "abc.png")]
    [InlineData("gpj.\u202Eexe", "gpj.png")]
    [InlineData("<a>|b?*.jpg", "ab.png")]
    [InlineData("NUL.jpg", "_NUL.png")]
    [InlineData("com1.tar.jpg", "_com1.tar.png")]
    [InlineData("console.jpg", "console.png")]
    [InlineData(" . .jpg", "image-0001.png")]
    [InlineData("folder/", "image-0001.png")]
    [InlineData("", "image-0001.png")]
    [InlineData(null, "image-0001.png")]
    public void Next_AnyName_IsOneOfAFile(string? name, string expected) => Assert.Equal(expected, new AnswerNames().Next(name, ".png"));

    [Fact]
    public void Next_SameNames_AreToldApart()
    {
        var names = new AnswerNames("answers.json");
        Assert.Equal("a.png", names.Next("a.jpg", ".png"));
        Assert.Equal("A (2).png", names.Next("A.jpg", ".png"));
        Assert.Equal("a (3).png", names.Next("a.gif", ".png"));
        Assert.Equal("a.json", names.Next("a.gif", ".json"));
        Assert.Equal("answers (2).json", names.Next("answers.png", ".json"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("🚲")]
    public void Next_LongName_IsCutBetweenCharacters(string character)
    {
        var name = new AnswerNames().Next(string.Concat(Enumerable.Repeat(character, 5000)) + ".jpg", ".png");
        Assert.Equal(string.Concat(Enumerable.Repeat(character, 100 / character.Length)) + ".png", name);
    }
}
