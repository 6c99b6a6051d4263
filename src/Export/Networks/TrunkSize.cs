namespace FcnService.Export.Networks;

/// <summary>How wide a trunk is.</summary>
/// <param name="Width">Multiplies the channels of the convolutions before fc6: above 0, at most 16; the published trunks have 1.</param>
/// <param name="FcChannels">The channels of fc6 and fc7, 1 to 65536; the published trunks have 4096.</param>
internal readonly record struct TrunkSize(double Width, int FcChannels)
{
    private const double LargestWidth = 16;
    private const int MostFcChannels = 65536;

    /// <summary>The channels of a layer that has this many in the published trunk.</summary>
    public int Channels(int published) => (int)(Width * published);

    /// <summary>Refuses what is out of range.</summary>
    /// <param name="parts">The widths that are multiples of 1/parts give every layer channels that it can have.</param>
    /// <exception cref="ExportException">A number is out of its range; there is a sentence for each.</exception>
    public void RefuseImpossible(int parts)
    {
        var faults = new List<string>();
        if (Width is not (> 0 and <= LargestWidth) || !double.IsInteger(Width * parts))
        {
            faults.Add(FormattableString.Invariant(
                $"The width is {Width}; expected a multiple of 1/{parts}, so that channels are whole numbers, up to {LargestWidth}."));
        }

        if (FcChannels is < 1 or > MostFcChannels)
        {
            faults.Add($"The number of channels of fc6 and fc7 is {FcChannels}; expected 1 to {MostFcChannels}.");
        }

        if (faults.Count > 0)
        {
            throw new ExportException(faults);
        }
    }
}
