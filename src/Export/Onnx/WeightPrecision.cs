namespace FcnService.Export.Onnx;

/// <summary>
/// The numbers in which a model file holds learned weights. Images go in and scores come out as 32-bit floats in each. See
/// docs/decisions/half-precision.md.
/// </summary>
public enum WeightPrecision
{
    /// <summary>32-bit floats.</summary>
    Full,

    /// <summary>
    /// 16-bit floats, made 32-bit ones again when the model is loaded: half the file, and the same computation everywhere.
    /// </summary>
    Half,

    /// <summary>16-bit floats, and so are features: for GPUs that have units for them.</summary>
    HalfThroughout,
}
