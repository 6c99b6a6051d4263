namespace FcnService.Tests.Support;

/// <summary>The pictures in <c>tests/Support/Images</c>, in formats that tests do not write themselves.</summary>
internal static class TestImages
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(SharedData.Repository, "tests", "Support", "Images", name));
}
