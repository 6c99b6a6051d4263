using FcnService.Export.Networks;

namespace FcnService.Export.Tests;

/// <summary>The program as its users start it.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Main_RelativePaths_AreThoseOfTheCurrentFolder()
    {
        var (exitCode, output, error) = Start("export", "fcn8s", "--width", "0.015625", "--fc", "4", "--output", "a.onnx");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith("a.onnx: fcn8s, 21 classes, ", output);
        Assert.Equal(["a.onnx"], folder.Files);
    }

    [Fact]
    public void Main_BadInput_GivesExitCode2AndNoStackTrace()
    {
        var (exitCode, output, error) = Start("export", "fcn8s", "--weights", "none", "--output", "a.onnx");

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("none cannot be read: ", Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Main_NoCommand_SaysSo()
    {
        var (exitCode, _, error) = Start();

        Assert.Equal((2, "Required command was not provided."), (exitCode, error.TrimEnd()));
    }

    [Fact]
    public void Main_Help_ListsTheCommands()
    {
        var (exitCode, output, _) = Start("--help");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"\bexport +Writes a network as an ONNX model", output);
        Assert.Matches(@"\bdescribe +Lists a network's layers", output);
        Assert.Matches(@"evaluate <model>\s+Scores a model", output);
        Assert.Matches(@"inspect <file> +Lists the tensors", output);
        Assert.Matches(@"segment <dir>\s+Segments a folder of photos", output);
        Assert.Matches(@"\bimport <weights>\s+Writes published weights", output);
    }

    private (int ExitCode, string Output, string Error) Start(params string[] arguments) =>
        External.Run("dotnet", [typeof(Network).Assembly.Location, .. arguments], folder.Path);
}
