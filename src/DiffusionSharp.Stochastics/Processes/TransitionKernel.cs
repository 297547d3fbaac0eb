using System.Globalization;

namespace DiffusionSharp.Stochastics.Processes;

/// <summary>One step of a scheme on a line as a matrix on a grid: the Markov chain that the scheme is, without sampling.</summary>
/// <remarks>
/// From x_i the step is a function s(w) of the increment; where s rises, the density of its result at x_j is that of w with s(w) = x_j over s′(w).
/// <code>
/// K_ij = N(w; 0, h)/s′(w) Δx        (law) ← (law) K,  (function) ← K (function)
/// </code>
/// w is found by Newton's method on the scheme itself. Sums over the grid are trapezoid integrals: for Δx below half the noise of a step their
/// error is below 1e-8. Paths that leave the grid are lost; the grid must reach to where the law has died away. Cost: n² steps to make, n³/3 for
/// the stationary law.
/// </remarks>
public sealed class TransitionKernel
{
    private const int Rounds = 8;
    private readonly double[,] matrix;

    /// <summary>Finds the kernel.</summary>
    /// <param name="process">An equation in one dimension whose step rises with its increment.</param>
    /// <param name="integrator">The scheme.</param>
    /// <param name="h">The step, above 0.</param>
    /// <param name="low">The first point of the grid.</param>
    /// <param name="high">The last, above it.</param>
    /// <param name="count">How many points, at least 3.</param>
    /// <param name="t">The time at which the step begins.</param>
    /// <exception cref="ArgumentException">The process has more than one dimension, or a number is out of range.</exception>
    /// <exception cref="NotSupportedException">The scheme does not apply to the process.</exception>
    /// <exception cref="InvalidOperationException">From a point no increment is found that leads to another: no noise, a step that falls, or NaN.</exception>
    public TransitionKernel(ItoProcess process, ItoIntegrator integrator, double h, double low, double high, int count, double t = 0)
    {
        integrator.Check(process);
        if (process.Dimensions != 1)
            throw new ArgumentException($"TransitionKernel: {process.GetType().Name} has {process.Dimensions} dimensions; one is needed.", nameof(process));
        Require.Positive(h, "TransitionKernel: h");
        Require.Positive(high - low, "TransitionKernel: high − low");
        if (count < 3) throw new ArgumentOutOfRangeException(nameof(count), count, "TransitionKernel: at least 3 points are needed.");
        Spacing = (high - low) / (count - 1);
        var points = new double[count];
        for (var i = 0; i < count; i++) points[i] = low + (i * Spacing);
        Points = points;
        matrix = new double[count, count];
        var row = new Row(process, integrator, t, h, count);
        for (var i = 0; i < count; i++)
        {
            var density = row.From(points[i], points);
            for (var j = 0; j < count; j++) matrix[i, j] = density[j] * Spacing;
        }
    }

    /// <summary>The grid.</summary>
    public IReadOnlyList<double> Points { get; }

    /// <summary>Δx.</summary>
    public double Spacing { get; }

    /// <summary>K_ij, the probability of the cell of x_j after a step from x_i.</summary>
    /// <param name="from">i, the state that is left.</param>
    /// <param name="to">j, the state that is reached.</param>
    public double this[int from, int to] => matrix[from, to];

    /// <summary>E[φ(x′) | x] at every point x: the mean of a function after a step.</summary>
    /// <param name="function">φ at the points.</param>
    /// <exception cref="ArgumentException">It does not have as many values as there are points.</exception>
    public double[] Mean(ReadOnlySpan<double> function)
    {
        if (function.Length != Points.Count)
            throw new ArgumentException(
                $"TransitionKernel: a function of {function.Length} values; one for each of {Points.Count} points is needed.",
                nameof(function));
        var mean = new double[function.Length];
        for (var i = 0; i < mean.Length; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < mean.Length; j++) sum += matrix[i, j] * function[j];
            mean[i] = sum;
        }

        return mean;
    }

    /// <summary>The law that a step leaves as it is: probabilities of the points, with sum 1.</summary>
    public double[] Stationary() => Stationary(matrix);

    /// <summary>The stationary law of a chain given by its matrix.</summary>
    /// <remarks>
    /// States are taken out one by one, their passages shared among the others. Nothing is subtracted, so every probability is found to nearly
    /// full precision, however small: Grassmann, Taksar and Heyman 1985, "Regenerative analysis and steady state distributions for Markov
    /// chains". The diagonal does not enter; what a row lacks of 1 counts as staying.
    /// </remarks>
    /// <param name="chain">Probabilities from–to, square; every state must reach every other.</param>
    /// <exception cref="ArgumentException">The matrix is not square, or a state cannot leave towards those before it.</exception>
    public static double[] Stationary(double[,] chain)
    {
        var n = chain.GetLength(0);
        if (n == 0 || chain.GetLength(1) != n)
            throw new ArgumentException($"TransitionKernel: a matrix of {n} × {chain.GetLength(1)}; a square one is needed.", nameof(chain));
        var p = (double[,])chain.Clone();
        for (var k = n - 1; k > 0; k--)
        {
            var leaving = 0.0;
            for (var j = 0; j < k; j++) leaving += p[k, j];
            if (!(leaving > 0))
                throw new ArgumentException(
                    $"TransitionKernel: state {k} does not reach the states before it; a chain that connects all states is needed.",
                    nameof(chain));
            for (var i = 0; i < k; i++)
            {
                var share = p[i, k] /= leaving;
                if (share == 0) continue;
                for (var j = 0; j < k; j++) p[i, j] += share * p[k, j];
            }
        }

        var law = new double[n];
        law[0] = 1;
        var total = 1.0;
        for (var j = 1; j < n; j++)
        {
            for (var i = 0; i < j; i++) law[j] += law[i] * p[i, j];
            total += law[j];
        }

        foreach (ref var probability in law.AsSpan()) probability /= total;
        return law;
    }

    // The densities of one row, all columns at once: the scheme steps a tile of equal states with different increments.
    private sealed class Row(ItoProcess process, ItoIntegrator integrator, double t, double h, int count)
    {
        private readonly double[] w = new double[count], x = new double[count], up = new double[count];
        private readonly double[] density = new double[count], work = new double[integrator.Buffers * count];

        public double[] From(double start, double[] targets)
        {
            var (root, nudge) = (Math.Sqrt(h), 1e-4 * Math.Sqrt(h));
            double[] f = new double[1], g = new double[1];
            process.Drift([start], t, f);
            process.Diffusion([start], t, g);
            if (!double.IsFinite(f[0]) || !double.IsFinite(g[0]) || g[0] == 0)
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"TransitionKernel: at {start} the drift is {f[0]} and the noise {g[0]}; finite ones, and noise other than 0, are needed."));
            for (var j = 0; j < count; j++) w[j] = Math.Clamp((targets[j] - start - (f[0] * h)) / g[0], -12 * root, 12 * root);
            for (var round = 0; round <= Rounds; round++)
            {
                Step(x, start, 0);
                Step(up, start, nudge);
                for (var j = 0; j < count; j++)
                {
                    var slope = (up[j] - x[j]) / nudge;
                    if (round < Rounds) w[j] = Math.Clamp(w[j] + ((targets[j] - x[j]) / slope), -12 * root, 12 * root);

                    // Beyond twelve deviations, e^−72, there is nothing.
                    else if (Math.Abs(w[j]) == 12 * root && double.IsFinite(x[j])) density[j] = 0;
                    else density[j] = Density(start, targets[j], j, slope);
                }
            }

            return density;
        }

        private double Density(double start, double target, int j, double slope)
        {
            if (!(Math.Abs(x[j] - target) <= 1e-6 * Math.Abs(slope) * Math.Sqrt(h)))
            {
                // A step that turns back far out may not reach the target at all. Beyond 6.4 deviations, e^−20.5, less than 1e-9 is lost.
                if (!Reaches(start, target)) return 0;
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"TransitionKernel: no increment of a step of {h:G3} was found that leads from {start:G6} to {target:G6}; " +
                        $"the step must rise with its increment."));
            }

            return Math.Exp(-w[j] * w[j] / (2 * h)) / (Math.Sqrt(2 * Math.PI * h) * Math.Abs(slope));
        }

        // Whether the target lies among the results of increments of up to 6.4 deviations; so it is called where one is NaN.
        private bool Reaches(double start, double target)
        {
            const int points = 129;
            double[] states = new double[points], increments = new double[points];
            Array.Fill(states, start);
            for (var i = 0; i < points; i++) increments[i] = 6.4 * Math.Sqrt(h) * ((2.0 * i / (points - 1)) - 1);
            integrator.Step(process, states, t, h, increments, new double[integrator.Buffers * points]);
            return !(target < states.Min() || target > states.Max());
        }

        private void Step(double[] states, double start, double nudge)
        {
            Array.Fill(states, start);
            var increments = w;
            if (nudge != 0)
            {
                increments = (double[])w.Clone();
                foreach (ref var v in increments.AsSpan()) v += nudge;
            }

            integrator.Step(process, states, t, h, increments, work);
        }
    }
}
