namespace DiffusionSharp.LinearAlgebra;

/// <summary>Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations.</summary>
/// <remarks>Golub and Van Loan, Matrix Computations, section 8.5. Quadratic convergence; meant for up to about a hundred dimensions.</remarks>
internal static class SymmetricEigen
{
    private const int MaxSweeps = 60;

    /// <summary>A = V diag(values) Vᵀ; column j of V, row-major, is the eigenvector of value j.</summary>
    public static (double[] Values, double[] Vectors) Decompose(ReadOnlySpan<double> matrix, int n)
    {
        var a = matrix.ToArray();
        var v = new double[n * n];
        for (var i = 0; i < n; i++) v[(i * n) + i] = 1;
        for (var sweep = 0; sweep < MaxSweeps && OffDiagonal(a, n) > 0; sweep++)
        {
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++) Rotate(a, v, n, p, q);
        }

        var values = new double[n];
        for (var i = 0; i < n; i++) values[i] = a[(i * n) + i];
        return (values, v);
    }

    // The rotation in the plane (p, q) that makes a[p, q] zero.
    private static void Rotate(double[] a, double[] v, int n, int p, int q)
    {
        var apq = a[(p * n) + q];
        if (apq == 0) return;
        var theta = (a[(q * n) + q] - a[(p * n) + p]) / (2 * apq);
        var t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < n; k++) (a[(k * n) + p], a[(k * n) + q]) = Turn(a[(k * n) + p], a[(k * n) + q], c, s);
        for (var k = 0; k < n; k++) (a[(p * n) + k], a[(q * n) + k]) = Turn(a[(p * n) + k], a[(q * n) + k], c, s);
        for (var k = 0; k < n; k++) (v[(k * n) + p], v[(k * n) + q]) = Turn(v[(k * n) + p], v[(k * n) + q], c, s);
        a[(p * n) + q] = a[(q * n) + p] = 0;
    }

    private static (double P, double Q) Turn(double p, double q, double c, double s) => ((c * p) - (s * q), (s * p) + (c * q));

    // Zero once what is left is below the rounding of the diagonal.
    private static double OffDiagonal(double[] a, int n)
    {
        double off = 0, diagonal = 0;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var square = a[(i * n) + j] * a[(i * n) + j];
                if (i == j) diagonal += square;
                else off += square;
            }

        return off <= 1e-34 * diagonal ? 0 : off;
    }
}
