namespace FcnService.Export.Weights;

/// <summary>The kernel with which a transposed convolution upsamples bilinearly.</summary>
public static class BilinearKernel
{
    /// <summary>
    /// Computes the kernel: weight(i, j) = (1 - |i - c| / f) (1 - |j - c| / f) with f = ⌊(k + 1) / 2⌋, and c = f - 1 for an odd k,
    /// f - 0.5 for an even one. Source: shelhamer/fcn.berkeleyvision.org, surgery.py, upsample_filt.
    /// </summary>
    /// <param name="size">The side k, at least 1.</param>
    /// <returns>The k · k weights, row by row.</returns>
    public static float[] Create(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var factor = (size + 1) / 2;
        var centre = size % 2 == 1 ? factor - 1 : factor - 0.5;
        var kernel = new float[size * size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                kernel[(i * size) + j] = (float)((1 - (Math.Abs(i - centre) / factor)) * (1 - (Math.Abs(j - centre) / factor)));
            }
        }

        return kernel;
    }
}
