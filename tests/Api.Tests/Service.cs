using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace FcnService.Api.Tests;

/// <summary>The real service on a real HTTP server, at a free port of the loopback interface.</summary>
public class Service : WebApplicationFactory<Program>, IAsyncLifetime
{
    /// <summary>A client of the running service.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Settings on top of the service's own.</summary>
    protected virtual Dictionary<string, string> Settings { get; } = [];

    public async ValueTask InitializeAsync()
    {
        UseKestrel();
        StartServer();
        Client = CreateClient();
        await WaitUntilReadyAsync();
    }

    /// <summary>Posts an image as the body itself.</summary>
    public Task<HttpResponseMessage> PostBodyAsync(byte[] image, string mediaType = "image/png", string query = "") =>
        Client.PostAsync($"/segment{query}", Body(image, mediaType), TestContext.Current.CancellationToken);

    /// <summary>Posts an image as a form's field.</summary>
    public Task<HttpResponseMessage> PostFormAsync(byte[] image, string field = "image")
    {
        var form = new MultipartFormDataContent { { Body(image, "image/png"), field, "photo.png" } };
        return Client.PostAsync("/segment", form, TestContext.Current.CancellationToken);
    }

    /// <summary>A photo-like picture that the tests draw: smooth colours with an edge.</summary>
    public static byte[] Draw(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            (pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2]) = ((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)(x < y ? 200 : 40));
        }

        return PngFile.WriteRgb(width, height, pixels);
    }

    /// <summary>A picture of noise, which does not compress: its file is a little longer than its 3 bytes a pixel.</summary>
    public static byte[] Noise(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);
        return PngFile.WriteRgb(width, height, pixels);
    }

    /// <summary>Reads an answer that must be a problem of a certain type.</summary>
    /// <returns>The detail.</returns>
    public static async Task<string> ReadProblemAsync(HttpResponseMessage response, int status, string name)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal($"/problems/{name}", problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(status, (int)response.StatusCode);
        Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
        return problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : string.Empty;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // As a setting: UseKestrel's own port is set on the server beside the start of the application, which is sometimes faster.
        builder.UseSetting("urls", "http://127.0.0.1:0");
        // Everywhere the same, whatever the machine has.
        builder.UseSetting("Inference:Provider", "cpu");
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
    }

    private static ByteArrayContent Body(byte[] image, string mediaType) =>
        new(image) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };

    private async Task WaitUntilReadyAsync()
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            using var answer = await Client.GetAsync("/healthz/ready");
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("The service did not get ready within a minute.");
    }
}
