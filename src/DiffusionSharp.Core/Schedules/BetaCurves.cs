namespace DiffusionSharp.Schedules;

/// <summary>The β of published schedules, one per trained timestep.</summary>
internal static class BetaCurves
{
    /// <summary>β_i evenly spaced from the first to the last.</summary>
    public static double[] Linear(int levels, double betaStart, double betaEnd) => Spaced(levels, betaStart, betaEnd, b => b);

    /// <summary>√β_i evenly spaced.</summary>
    public static double[] ScaledLinear(int levels, double betaStart, double betaEnd) => Spaced(levels, Math.Sqrt(betaStart), Math.Sqrt(betaEnd), b => b * b);

    /// <summary>β_i along a logistic curve over [−6, 6].</summary>
    public static double[] Sigmoid(int levels, double betaStart, double betaEnd) =>
        Spaced(levels, -6, 6, z => betaStart + ((betaEnd - betaStart) / (1 + Math.Exp(-z))));

    /// <summary>β_i = 1 − ᾱ((i + 1)/T)/ᾱ(i/T) of the squared cosine, at most <paramref name="maxBeta"/>.</summary>
    public static double[] Cosine(int levels, double s, double maxBeta)
    {
        var betas = new double[levels];
        for (var i = 0; i < levels; i++) betas[i] = Math.Min(1 - (AlphaBar((i + 1.0) / levels) / AlphaBar((double)i / levels)), maxBeta);
        return betas;

        double AlphaBar(double u)
        {
            var c = Math.Cos((u + s) / (1 + s) * Math.PI / 2);
            return c * c;
        }
    }

    /// <summary>The β whose ln SNR are the quantiles (i + ½)/T, from the top, of a Laplace distribution.</summary>
    public static double[] Laplace(int levels, double location, double scale)
    {
        var betas = new double[levels];
        double alphaBarBefore = 1, varianceBefore = 0;
        for (var i = 0; i < levels; i++)
        {
            var share = (i + 0.5) / levels;
            var logSnr = location - (scale * (share <= 0.5 ? Math.Log(2 * share) : -Math.Log(2 * (1 - share))));
            double alphaBar = 1 / (1 + Math.Exp(-logSnr)), variance = 1 / (1 + Math.Exp(logSnr));

            // 1 − ᾱ/ᾱ′ without cancellation, whichever of ᾱ and 1 − ᾱ is small.
            betas[i] = logSnr > 0 ? (variance - varianceBefore) / alphaBarBefore : (alphaBarBefore - alphaBar) / alphaBarBefore;
            (alphaBarBefore, varianceBefore) = (alphaBar, variance);
        }

        return betas;
    }

    /// <summary>The β of √ᾱ shifted and stretched so that the last ᾱ is 0 and the first stays.</summary>
    public static double[] RescaledToZeroTerminalSnr(ReadOnlySpan<double> alphaBar)
    {
        double first = Math.Sqrt(alphaBar[0]), last = Math.Sqrt(alphaBar[^1]);
        var betas = new double[alphaBar.Length];
        var before = 1.0;
        for (var i = 0; i < betas.Length; i++)
        {
            var root = (Math.Sqrt(alphaBar[i]) - last) * first / (first - last);
            betas[i] = 1 - (root * root / before);
            before = root * root;
        }

        return betas;
    }

    private static double[] Spaced(int levels, double first, double last, Func<double, double> map)
    {
        var values = new double[levels];
        for (var i = 0; i < levels; i++) values[i] = map(levels == 1 ? first : first + ((last - first) * i / (levels - 1)));
        return values;
    }
}
