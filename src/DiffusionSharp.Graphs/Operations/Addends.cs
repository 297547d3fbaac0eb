namespace DiffusionSharp.Graphs.Operations;

/// <summary>What an operation can add to its result while that is written, instead of a pass over it afterwards.</summary>
[Flags]
public enum Addends
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>One number for each channel, [C].</summary>
    Bias = 1,

    /// <summary>One number for each sample and channel, [N, 1, 1, C].</summary>
    PerSample = 2,

    /// <summary>A value of the result's shape.</summary>
    Residual = 4,

    /// <summary>All of them.</summary>
    All = Bias | PerSample | Residual,
}
