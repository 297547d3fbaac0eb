using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace DiffusionSharp.Tensors;

/// <summary>Finds where a computation went wrong.</summary>
public static class Finite
{
    private const int Piece = 4096;

    /// <summary>The index of the first NaN or infinity; −1 if there is none.</summary>
    /// <param name="x">Any length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FirstNonFinite(ReadOnlySpan<float> x)
    {
        for (var start = 0; start < x.Length; start += Piece)
        {
            var piece = x.Slice(start, Math.Min(Piece, x.Length - start));
            if (TensorPrimitives.IsFiniteAll(piece)) continue;
            for (var i = 0; i < piece.Length; i++)
                if (!float.IsFinite(piece[i])) return start + i;
        }

        return -1;
    }
}
