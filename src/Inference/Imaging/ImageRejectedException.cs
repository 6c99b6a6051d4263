namespace FcnService.Inference.Imaging;

/// <summary>An image that is not taken, through the fault of the image; the message says what is wrong and what was expected.</summary>
public sealed class ImageRejectedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The kind of fault.</param>
    /// <param name="message">A sentence for whoever sent the image.</param>
    public ImageRejectedException(ImageRejection reason, string message)
        : base(message)
    {
        Reason = reason;
    }

    /// <summary>The kind of fault.</summary>
    public ImageRejection Reason { get; }
}

/// <summary>Why an image is not taken.</summary>
public enum ImageRejection
{
    /// <summary>The content is not of a format that is decoded.</summary>
    UnsupportedFormat,

    /// <summary>The format is right, but the file is broken or truncated.</summary>
    Undecodable,

    /// <summary>A side or the number of pixels is over its limit.</summary>
    TooManyPixels,

    /// <summary>There are more frames or pages than the limit.</summary>
    TooManyFrames,
}
