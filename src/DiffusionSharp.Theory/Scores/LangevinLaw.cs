namespace DiffusionSharp.Theory.Scores;

/// <summary>The law of an unadjusted Langevin chain on the line, carried from step to step without a sample.</summary>
/// <remarks>
/// <code>
/// p_(n+1)(y) = ∫ p_n(x) N(y; x + h s(x), c h) dx
/// </code>
/// by the trapezoid rule. Both factors are smooth on the scale of a step's noise √(ch), so points half of it apart leave an error of e^(−4π²)
/// and less (Trefethen and Weideman 2014), as long as the law is at least as smooth.
/// </remarks>
internal sealed class LangevinLaw
{
    private const double PointsPerDeviation = 2;
    private const double Reach = 8; // standard deviations of a step's noise, beyond which it is below 1e-15

    private readonly double low;
    private readonly double spacing;
    private readonly double[] density;

    private LangevinLaw(double low, double spacing, double[] density) => (this.low, this.spacing, this.density) = (low, spacing, density);

    /// <summary>A law of known density, which has died away at both ends.</summary>
    public static LangevinLaw Of(Func<double, double> density, double low, double high, double spacing)
    {
        var values = new double[(int)Math.Ceiling((high - low) / spacing) + 1];
        for (var i = 0; i < values.Length; i++) values[i] = density(low + (i * spacing));
        return new LangevinLaw(low, spacing, values);
    }

    /// <summary>The law after a number of steps at one level.</summary>
    /// <param name="score">∇ ln p of the level.</param>
    /// <param name="h">The step.</param>
    /// <param name="noise">c: a step's noise has the variance c h.</param>
    /// <param name="steps">How many, at least 1.</param>
    /// <param name="ends">The range that holds all of the law from now on.</param>
    public LangevinLaw After(Func<double, double> score, double h, double noise, int steps, (double Low, double High) ends)
    {
        var deviation = Math.Sqrt(noise * h);
        var fine = deviation / PointsPerDeviation;
        var (law, drift) = (this, (double[])[]);
        for (var n = 0; n < steps; n++)
        {
            // The first step goes from the grid of the level before to that of this one.
            if (n < 2) drift = [.. Enumerable.Range(0, law.density.Length).Select(i => law.low + (i * law.spacing) + (h * score(law.low + (i * law.spacing))))];
            var next = new double[(int)Math.Ceiling((ends.High - ends.Low) / fine) + 1];
            for (var j = 0; j < law.density.Length; j++)
            {
                var mass = law.density[j] * law.spacing / (deviation * Math.Sqrt(2 * Math.PI));
                if (mass < 1e-30) continue;
                var first = Math.Max(0, (int)Math.Ceiling((drift[j] - (Reach * deviation) - ends.Low) / fine));
                var last = Math.Min(next.Length - 1, (int)Math.Floor((drift[j] + (Reach * deviation) - ends.Low) / fine));
                for (var i = first; i <= last; i++)
                {
                    var z = (ends.Low + (i * fine) - drift[j]) / deviation;
                    next[i] += mass * Math.Exp(-z * z / 2);
                }
            }

            law = new LangevinLaw(ends.Low, fine, next);
        }

        return law;
    }

    /// <summary>∫ f p, over x below a place or above it; the place lies where next to nothing is.</summary>
    public double Moment(Func<double, double> f, double from = double.NegativeInfinity, double to = double.PositiveInfinity)
    {
        var sum = 0.0;
        for (var i = 0; i < density.Length; i++)
        {
            var x = low + (i * spacing);
            if (x >= from && x < to) sum += f(x) * density[i];
        }

        return sum * spacing;
    }

    /// <summary>p at equally spaced places, at most a given number of them.</summary>
    public (double[] X, double[] Density) Thinned(int most)
    {
        var stride = (density.Length + most - 1) / most;
        int[] kept = [.. Enumerable.Range(0, density.Length).Where(i => i % stride == 0)];
        return ([.. kept.Select(i => low + (i * spacing))], [.. kept.Select(i => density[i])]);
    }
}
