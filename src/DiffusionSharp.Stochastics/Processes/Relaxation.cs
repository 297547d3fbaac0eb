namespace DiffusionSharp.Stochastics.Processes;

/// <summary>How fast an overdamped particle forgets where it was: the spectral gap of its Fokker–Planck operator on a line.</summary>
/// <remarks>
/// Cells exchange mass at the rates D/Δx² e^(−(U_j − U_i)/(2kT)), which are in detailed balance with Boltzmann's law; made symmetric by its root,
/// the operator is tridiagonal. Its second eigenvalue is found by counting signs (Sturm). Second order in Δx; work n for each of 60 bisections.
/// </remarks>
public static class Relaxation
{
    /// <summary>The smallest rate above 0 at which a deviation from Boltzmann's law decays, per unit of time.</summary>
    /// <param name="potential">U, in one dimension.</param>
    /// <param name="temperature">kT, above 0; D = kT, the drag ζ being 1.</param>
    /// <param name="range">Cells cover ± this; above 0.</param>
    /// <param name="cells">How many, at least 10.</param>
    /// <exception cref="ArgumentException">The potential has more than one dimension, or a number is out of range.</exception>
    public static double Rate(Potential potential, double temperature, double range, int cells)
    {
        if (potential.Dimensions != 1)
            throw new ArgumentException($"Relaxation: a potential in {potential.Dimensions} dimensions; one is needed.", nameof(potential));
        Require.Positive(temperature, "Relaxation: temperature");
        Require.Positive(range, "Relaxation: range");
        if (cells < 10) throw new ArgumentOutOfRangeException(nameof(cells), cells, "Relaxation: at least 10 cells are needed.");
        var width = 2 * range / cells;
        double[] u = new double[cells], leaving = new double[cells];
        for (var i = 0; i < cells; i++) u[i] = potential.Energy(-range + ((i + 0.5) * width)) / temperature;
        var exchange = temperature / (width * width);
        for (var i = 0; i + 1 < cells; i++)
        {
            leaving[i] += exchange * Math.Exp((u[i] - u[i + 1]) / 2);
            leaving[i + 1] += exchange * Math.Exp((u[i + 1] - u[i]) / 2);
        }

        // The eigenvalue 0 is one below any positive number; the next is where the count becomes two.
        var (low, high) = (0.0, leaving.Max() * 2);
        for (var round = 0; round < 200 && high - low > 1e-12 * high; round++)
        {
            var middle = low > 0 ? Math.Sqrt(low * high) : high / 16;
            if (Below(leaving, exchange, middle) >= 2) high = middle;
            else low = middle;
            if (high < 1e-14 * exchange)
                throw new ArithmeticException("Relaxation: the gap is below the rounding of the operator; the barrier is too high for doubles.");
        }

        return (low + high) / 2;
    }

    // How many eigenvalues of the symmetric operator lie below a number: negative pivots of its factorisation.
    private static int Below(double[] diagonal, double coupling, double value)
    {
        var count = 0;
        var pivot = 1.0;
        for (var i = 0; i < diagonal.Length; i++)
        {
            pivot = diagonal[i] - value - (i == 0 ? 0 : coupling * coupling / pivot);
            if (pivot == 0) pivot = -1e-300;
            if (pivot < 0) count++;
        }

        return count;
    }
}
