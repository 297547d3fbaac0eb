using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>All changes of words between noise, data, velocity, score and flow, in one place.</summary>
/// <remarks>
/// Given x = α x₀ + σ ε each is linear in x and any other:
/// <code>
/// x₀ = (x − σ ε)/α = (α x − σ v)/(α² + σ²) = (x + σ² s)/α = (x − σ u)/(α + σ)
/// ε  = (x − α x₀)/σ      v = α ε − σ x₀      s = −ε/σ      u = ε − x₀
/// </code>
/// At σ = 0, x says nothing about the noise, whose posterior mean is then 0: ε = 0, v = 0, u = −x₀. At α = 0, x says nothing about the
/// data, so a noise or score prediction cannot be turned into data, and asking is an error; velocity, flow and data predictions can.
/// </remarks>
public static class PredictionConversion
{
    /// <summary>The data estimate that a prediction means.</summary>
    /// <param name="prediction">What <paramref name="output"/> is.</param>
    /// <param name="output">A network's output, in the shape of <paramref name="x"/>.</param>
    /// <param name="x">The noisy data it was computed from.</param>
    /// <param name="level">The level of <paramref name="x"/>.</param>
    /// <exception cref="InvalidOperationException">Noise or score prediction at α = 0.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor ToData(Prediction prediction, Tensor output, Tensor x, NoiseLevel level)
    {
        var (ofX, ofOutput) = DataWeights(prediction, level);
        return Combine(ofX, x, ofOutput, output);
    }

    /// <summary>The prediction that a data estimate means: the inverse of <see cref="ToData"/>.</summary>
    /// <param name="prediction">What is wanted.</param>
    /// <param name="data">The estimate of x₀, in the shape of <paramref name="x"/>.</param>
    /// <param name="x">The noisy data.</param>
    /// <param name="level">The level of <paramref name="x"/>.</param>
    /// <exception cref="InvalidOperationException">The score at σ = 0.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor FromData(Prediction prediction, Tensor data, Tensor x, NoiseLevel level)
    {
        var (ofX, ofData) = OutputWeights(prediction, level);
        return Combine(ofX, x, ofData, data);
    }

    /// <summary>What a network should output for known data and noise: the target of training.</summary>
    /// <param name="prediction">What the network predicts.</param>
    /// <param name="x0">Clean data.</param>
    /// <param name="noise">The noise ε that was added, in the same shape.</param>
    /// <param name="level">Time, α and σ of the noisy data.</param>
    /// <exception cref="InvalidOperationException">The score at σ = 0.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Target(Prediction prediction, Tensor x0, Tensor noise, NoiseLevel level)
    {
        var (ofData, ofNoise) = TargetWeights(prediction, level);
        return Combine(ofData, x0, ofNoise, noise);
    }

    /// <summary>The weights (a, b) with which x₀ = a·x + b·output.</summary>
    /// <inheritdoc cref="ToData(Prediction, Tensor, Tensor, NoiseLevel)"/>
    public static (double OfX, double OfOutput) DataWeights(Prediction prediction, NoiseLevel level)
    {
        var (_, alpha, sigma) = level;
        if (alpha == 0 && prediction is (Prediction.Noise or Prediction.Score))
        {
            throw new InvalidOperationException(
                $"ToData: {prediction} prediction says nothing about the data at α = 0 (zero terminal SNR); "
                + "predict velocity or data, or start below this level.");
        }

        var power = (alpha * alpha) + (sigma * sigma);
        return prediction switch
        {
            Prediction.Noise => (1 / alpha, -sigma / alpha),
            Prediction.Data => (0, 1),
            Prediction.Velocity => (alpha / power, -sigma / power),
            Prediction.Score => (1 / alpha, sigma * sigma / alpha),
            Prediction.Flow => (1 / (alpha + sigma), -sigma / (alpha + sigma)),
            _ => throw Unknown(prediction),
        };
    }

    /// <summary>The weights (a, b) with which output = a·x + b·x₀.</summary>
    /// <inheritdoc cref="FromData(Prediction, Tensor, Tensor, NoiseLevel)"/>
    public static (double OfX, double OfData) OutputWeights(Prediction prediction, NoiseLevel level)
    {
        var (ofData, ofNoise) = TargetWeights(prediction, level);

        // σ = 0: the posterior mean of the noise is 0, only the data's share is left.
        return level.Sigma == 0 ? (0, ofData) : (ofNoise / level.Sigma, ofData - (ofNoise * level.Alpha / level.Sigma));
    }

    /// <summary>The weights (a, b) with which output = a·x₀ + b·ε.</summary>
    /// <inheritdoc cref="Target(Prediction, Tensor, Tensor, NoiseLevel)"/>
    public static (double OfData, double OfNoise) TargetWeights(Prediction prediction, NoiseLevel level) => prediction switch
    {
        Prediction.Noise => (0, 1),
        Prediction.Data => (1, 0),
        Prediction.Velocity => (-level.Sigma, level.Alpha),
        Prediction.Score when level.Sigma > 0 => (0, -1 / level.Sigma),
        Prediction.Score => throw new InvalidOperationException("The score is not defined at σ = 0."),
        Prediction.Flow => (-1, 1),
        _ => throw Unknown(prediction),
    };

    private static Tensor Combine(double a, Tensor x, double b, Tensor y)
    {
        if (x.Shape != y.Shape) throw new ArgumentException($"Prediction conversion: shapes differ, {x.Shape} and {y.Shape}.");

        // A weight of zero means that the term is absent, also where its values are not finite.
        return (a, b) switch
        {
            (0, 1) => y,
            (1, 0) => x,
            (0, _) => b * y,
            (_, 0) => a * x,
            _ => (a * x) + (b * y),
        };
    }

    private static ArgumentOutOfRangeException Unknown(Prediction prediction) =>
        new(nameof(prediction), prediction, "Unknown prediction.");
}
