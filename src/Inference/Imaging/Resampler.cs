using System.Numerics;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Imaging;

/// <summary>
/// Resizes an image that comes row by row, holding a few rows. The filter is a triangle that is stretched when the image shrinks: linear
/// interpolation one way, an average the other way.
/// </summary>
/// <remarks>
/// Sums are integers and rounded once, at the end, so their order plays no part: an image mirrored or laid on its side gives the same
/// result, mirrored or on its side. That is why photos need not be turned upright, which takes the whole of them, before they are small.
/// </remarks>
internal sealed class Resampler
{
    private readonly Axis columns;
    private readonly Axis rows;
    private readonly RgbImage result;
    // For each unfinished row of the result, by its number modulo their count: the rows above it so far, each by its weight.
    private readonly uint[][] sums;
    private int nextRow;
    private int nextResult;

    /// <summary>Starts an image.</summary>
    /// <param name="size">The size of what comes.</param>
    /// <param name="result">Receives it, resized to its own size.</param>
    public Resampler(ImageSize size, RgbImage result)
    {
        this.result = result;
        columns = new Axis(size.Width, result.Size.Width);
        rows = new Axis(size.Height, result.Size.Height);
        sums = new uint[rows.MostOpen][];
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = new uint[size.Width * RgbImage.BytesPerPixel];
        }
    }

    /// <summary>Takes the next row.</summary>
    public void Add(ReadOnlySpan<byte> row)
    {
        for (var y = nextResult; y < rows.Length && rows.First(y) <= nextRow; y++)
        {
            AddWeighted(row, rows.Weights(y)[nextRow - rows.First(y)], sums[y % sums.Length]);
        }

        nextRow++;
        for (; nextResult < rows.Length && rows.End(nextResult) <= nextRow; nextResult++)
        {
            var finished = sums[nextResult % sums.Length];
            Finish(finished, nextResult);
            Array.Clear(finished);
        }
    }

    private static void AddWeighted(ReadOnlySpan<byte> row, uint weight, Span<uint> sums)
    {
        var at = 0;
        for (var weights = new Vector<uint>(weight); at + Vector<byte>.Count <= row.Length; at += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[at..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            AddTo(sums[at..], first * weights);
            AddTo(sums[(at + Vector<uint>.Count)..], second * weights);
            AddTo(sums[(at + (2 * Vector<uint>.Count))..], third * weights);
            AddTo(sums[(at + (3 * Vector<uint>.Count))..], fourth * weights);
        }

        for (; at < row.Length; at++)
        {
            sums[at] += row[at] * weight;
        }
    }

    private static void AddTo(Span<uint> sums, Vector<uint> more) => (new Vector<uint>(sums) + more).CopyTo(sums);

    private void Finish(ReadOnlySpan<uint> sum, int y)
    {
        var row = result.Row(y);
        for (var x = 0; x < columns.Length; x++)
        {
            var (red, green, blue) = (0L, 0L, 0L);
            var at = columns.First(x) * RgbImage.BytesPerPixel;
            foreach (var weight in columns.Weights(x))
            {
                red += (long)weight * sum[at];
                green += (long)weight * sum[at + 1];
                blue += (long)weight * sum[at + 2];
                at += RgbImage.BytesPerPixel;
            }

            var scale = columns.Scale(x) * rows.Scale(y);
            var pixel = row.Slice(x * RgbImage.BytesPerPixel, RgbImage.BytesPerPixel);
            pixel[0] = (byte)((red * scale) + 0.5);
            pixel[1] = (byte)((green * scale) + 0.5);
            pixel[2] = (byte)((blue * scale) + 0.5);
        }
    }

    /// <summary>Which samples along a row or a column make each sample of the result, and by what weight.</summary>
    private sealed class Axis
    {
        private readonly int[] firsts;
        private readonly uint[][] weights;
        private readonly double[] scales;

        public Axis(int from, int to)
        {
            firsts = new int[to];
            weights = new uint[to][];
            scales = new double[to];

            // Lengths are in units in which a sample is 2·to long and a sample of the result 2·from, so that middles are whole numbers.
            long reach = 2L * Math.Max(from, to);
            // 255 times a sum of weights must fit into 32 bits.
            var shift = 0;
            while ((reach * ((reach / to) + 1)) >> shift > 1 << 24)
            {
                shift++;
            }

            for (var i = 0; i < to; i++)
            {
                var middle = ((2L * i) + 1) * from;
                var before = middle - reach - to;
                var first = before < 0 ? 0 : (int)(before / (2L * to)) + 1;
                var end = (int)Math.Min(from, (middle + reach + to - 1) / (2L * to));
                firsts[i] = first;
                weights[i] = new uint[end - first];
                for (var k = first; k < end; k++)
                {
                    weights[i][k - first] = (uint)(Math.Max(0, reach - Math.Abs((((2L * k) + 1) * to) - middle)) >> shift);
                }

                scales[i] = 1.0 / weights[i].Sum(weight => (long)weight);
            }

            var oldest = 0;
            for (var i = 0; i < to; i++)
            {
                while (End(oldest) <= First(i))
                {
                    oldest++;
                }

                MostOpen = Math.Max(MostOpen, i - oldest + 1);
            }
        }

        public int Length => firsts.Length;

        /// <summary>How many samples of the result can need one and the same sample.</summary>
        public int MostOpen { get; }

        public int First(int i) => firsts[i];

        public int End(int i) => firsts[i] + weights[i].Length;

        public ReadOnlySpan<uint> Weights(int i) => weights[i];

        /// <summary>One over the sum of the weights.</summary>
        public double Scale(int i) => scales[i];
    }
}
