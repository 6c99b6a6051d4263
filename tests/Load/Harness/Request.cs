using System.Text;

namespace FcnService.Load.Harness;

/// <summary>Requests as the bytes that go over the wire, made once and sent often.</summary>
internal static class Request
{
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    public static byte[] Segment(byte[] image) => [.. SegmentHead(image.Length), .. image];

    /// <summary>All but the body of a request with a body of so many bytes.</summary>
    public static byte[] SegmentHead(int length) => Encoding.ASCII.GetBytes(
        $"POST /segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n");
}
