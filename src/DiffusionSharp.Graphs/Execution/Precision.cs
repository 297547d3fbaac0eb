namespace DiffusionSharp.Graphs.Execution;

/// <summary>
/// How far an executor may depart from the plain order of rounding to be faster. Either choice gives the same bytes on every run and at any
/// number of threads; the two differ from each other.
/// </summary>
public enum Precision
{
    /// <summary>
    /// 3×3 convolutions may go through Winograd's F(4×4, 3×3) (Lavin and Gray 2015, arXiv:1509.09308):
    /// largest error about 1e-5 of the largest value. The default.
    /// </summary>
    Fast,

    /// <summary>Winograd's transforms are ruled out: every convolution is a plain sum of products, largest error about 1e-6 of the largest value.</summary>
    Exact,
}
