using FcnService.Export.Commands;

namespace FcnService.Export.Tests.Commands;

public sealed class ClassNamesTests
{
    [Theory]
    [InlineData("voc", 21, "background")]
    [InlineData("CamVid", 11, "sky")]
    public void Parse_KnownSet_GivesItsNames(string text, int count, string first)
    {
        var names = ClassNames.Parse(text);

        Assert.Equal((count, first), (names.Count, names[0]));
    }

    [Fact]
    public void Parse_List_GivesItsNamesTrimmed() => Assert.Equal(["cat", "sign symbol"], ClassNames.Parse("cat, sign symbol"));

    [Theory]
    [InlineData("pascal", "--classes is \"pascal\"; expected at least two names, separated by commas, or one of: voc, camvid.")]
    [InlineData("cat,,dog", "--classes is \"cat,,dog\", where name 2 is empty; expected a name.")]
    [InlineData("cat,dog,cat", "--classes names \"cat\" more than once; expected every name once.")]
    public void Parse_Neither_SaysWhatIsExpected(string text, string fault) =>
        Assert.Equal(fault, Assert.Throws<ExportException>(() => ClassNames.Parse(text)).Message);
}
