using System.Runtime.InteropServices;

namespace FcnService.Client;

/// <summary>An encoded image and where it comes from.</summary>
public sealed class ImageSource
{
    private readonly Func<ImageContent> open;
    private readonly Func<bool> canBeSent;

    private ImageSource(string name, Func<ImageContent> open, Func<bool> canBeSent)
    {
        Name = name;
        this.open = open;
        this.canBeSent = canBeSent;
    }

    /// <summary>The file's name, by which a batch's answers are named. What is in the image is told by its content, not by this.</summary>
    public string Name { get; }

    /// <summary>Whether the image is still there to be sent: false for a stream that cannot seek, once something of it was read.</summary>
    internal bool CanBeSent => canBeSent();

    /// <summary>A file, opened anew for each attempt.</summary>
    public static ImageSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ImageSource(Path.GetFileName(path), Open, () => true);

        ImageContent Open() => new(new FileStream(path, new FileStreamOptions
        {
            BufferSize = 0,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        }));
    }

    /// <summary>A file's bytes, which must not change while they are sent.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">The file's name.</param>
    public static ImageSource FromBytes(ReadOnlyMemory<byte> bytes, string name = "image") =>
        new(name, () => new ImageContent(AsStream(bytes)), () => true);

    /// <summary>
    /// A stream from where it stands to its end. One that can seek goes back there for each attempt. One that cannot is sent once.
    /// </summary>
    /// <param name="stream">The stream, which stays the caller's and is not to be touched while it is sent.</param>
    /// <param name="name">The file's name.</param>
    public static ImageSource FromStream(Stream stream, string name = "image")
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
        {
            var start = stream.Position;
            return new ImageSource(name, OpenAtStart, () => true);

            ImageContent OpenAtStart()
            {
                stream.Position = start;
                return new ImageContent(stream, leaveOpen: true);
            }
        }

        var wasRead = false;
        return new ImageSource(name, OpenOnce, () => !wasRead);

        ImageContent OpenOnce() => wasRead
            ? throw new InvalidOperationException($"The stream of '{name}' cannot seek and has been read; expected a new one.")
            : new ImageContent(stream, leaveOpen: true, () => wasRead = true);
    }

    internal ImageContent Open() => open();

    private static MemoryStream AsStream(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}
