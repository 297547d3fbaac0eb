using DiffusionSharp.Schedules;

namespace DiffusionSharp.Targets;

/// <summary>One Gaussian of a mixture, in the basis where its covariance is diagonal.</summary>
/// <remarks>
/// After noising its covariance is α² C + σ² I, so the eigenvectors of C serve every level: with C = V diag(λ) Vᵀ and
/// y = Vᵀ(x − α m), everything is division by α² λ + σ².
/// </remarks>
internal sealed class GaussianComponent(double weight, double[] mean, double[] eigenvalues, double[]? eigenvectors)
{
    public double Weight => weight;

    public ReadOnlySpan<double> Mean => mean;

    public double SmallestVariance => eigenvalues.Min();

    /// <summary>ln(w · N(x; α m, α² C + σ² I)).</summary>
    public double LogDensity(ReadOnlySpan<double> x, NoiseLevel level)
    {
        var y = Centred(x, level.Alpha);
        var sum = 0.0;
        for (var i = 0; i < y.Length; i++)
        {
            var variance = Variance(i, level);
            sum += (y[i] * y[i] / variance) + Math.Log(2 * Math.PI * variance);
        }

        return Math.Log(weight) - (sum / 2);
    }

    /// <summary>Adds r · E[x₀ | x, this component] = r · (m + α C (α² C + σ² I)⁻¹ (x − α m)).</summary>
    public void AddPosteriorMean(ReadOnlySpan<double> x, NoiseLevel level, double r, Span<double> sum)
    {
        var y = Centred(x, level.Alpha);
        for (var i = 0; i < y.Length; i++) y[i] *= level.Alpha * eigenvalues[i] / Variance(i, level);
        AddRotated(y, r, sum);
        for (var i = 0; i < y.Length; i++) sum[i] += r * mean[i];
    }

    /// <summary>Adds r · α C (α² C + σ² I)⁻¹ u.</summary>
    public void AddGain(ReadOnlySpan<double> u, NoiseLevel level, double r, Span<double> sum)
    {
        var y = Turned(u);
        for (var i = 0; i < y.Length; i++) y[i] *= level.Alpha * eigenvalues[i] / Variance(i, level);
        AddRotated(y, r, sum);
    }

    /// <summary>Adds r · ∇ ln N(x; α m, α² C + σ² I).</summary>
    public void AddScore(ReadOnlySpan<double> x, NoiseLevel level, double r, Span<double> sum)
    {
        var y = Centred(x, level.Alpha);
        for (var i = 0; i < y.Length; i++) y[i] /= -Variance(i, level);
        AddRotated(y, r, sum);
    }

    /// <summary>Turns standard normal values into a draw: m + V √λ z.</summary>
    public void Shape(Span<double> z)
    {
        var y = new double[z.Length];
        for (var i = 0; i < y.Length; i++) y[i] = Math.Sqrt(eigenvalues[i]) * z[i];
        mean.CopyTo(z);
        AddRotated(y, 1, z);
    }

    private double Variance(int i, NoiseLevel level) => (level.Alpha * level.Alpha * eigenvalues[i]) + (level.Sigma * level.Sigma);

    // Vᵀ(x − α m).
    private double[] Centred(ReadOnlySpan<double> x, double alpha)
    {
        var centred = new double[mean.Length];
        for (var i = 0; i < centred.Length; i++) centred[i] = x[i] - (alpha * mean[i]);
        return eigenvectors is null ? centred : Turned(centred);
    }

    // Vᵀu.
    private double[] Turned(ReadOnlySpan<double> u)
    {
        if (eigenvectors is null) return u.ToArray();
        var n = mean.Length;
        var y = new double[n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) y[j] += eigenvectors[(i * n) + j] * u[i];
        return y;
    }

    private void AddRotated(double[] y, double r, Span<double> sum)
    {
        var n = y.Length;
        if (eigenvectors is null)
        {
            for (var i = 0; i < n; i++) sum[i] += r * y[i];
            return;
        }

        for (var i = 0; i < n; i++)
        {
            var turned = 0.0;
            for (var j = 0; j < n; j++) turned += eigenvectors[(i * n) + j] * y[j];
            sum[i] += r * turned;
        }
    }
}
