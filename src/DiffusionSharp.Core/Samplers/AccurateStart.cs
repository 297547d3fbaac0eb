using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The first step of a multistep method, with the error that its order allows.</summary>
/// <remarks>
/// A method of order p needs a first step with a local error of O(h^p). Up to order 2 Euler's step has it. Order 3 takes Heun's, with
/// one call more. Order 4 takes the classical Runge–Kutta step with three calls more, and the step after, which would have too few
/// estimates behind it, finds one at the middle: the two middle stages have opposite errors of O(h²), so that their mean has O(h³).
/// All in y = x/α over s = σ/α. Hairer, Nørsett and Wanner 1993, doi:10.1007/978-3-540-78862-1, sections II.1 and III.1.
/// </remarks>
internal static class AccurateStart
{
    /// <summary>How many calls more than one the first step of a method of some order makes.</summary>
    public static int ExtraCalls(int order) => order switch { <= 2 => 0, 3 => 1, _ => 3 };

    /// <summary>The step; neither end may be singular.</summary>
    /// <param name="sampler">The multistep method.</param>
    /// <param name="order">Its order of accuracy, 3 or 4.</param>
    /// <param name="denoiser">The denoiser.</param>
    /// <param name="x">The state.</param>
    /// <param name="start">The estimate there.</param>
    /// <param name="levelNext">Where the step ends.</param>
    /// <param name="history">Takes the estimate at the middle, if there is one.</param>
    /// <returns>The state at the end.</returns>
    public static Tensor Step(Sampler sampler, int order, Denoiser denoiser, Tensor x, Estimate start, NoiseLevel levelNext, EstimateHistory history)
    {
        var (y, s, k1) = (x / start.Level.Alpha, start.Level.Ratio, start.Noise);
        var h = levelNext.Ratio - s;
        Estimate Ask(NoiseLevel at, double step, Tensor slope) => Estimate.Of(denoiser, at.Alpha * (y + (step * slope)), at);
        if (order == 3) return levelNext.Alpha * (y + (h / 2 * (k1 + Ask(levelNext, h, k1).Noise)));

        var middle = sampler.Schedule.AtRatio(s + (h / 2));
        var second = Ask(middle, h / 2, k1);
        var third = Ask(middle, h / 2, second.Noise);
        var fourth = Ask(levelNext, h, third.Noise);
        var mean = new Estimate(middle, (second.Data + third.Data) / 2, (second.Noise + third.Noise) / 2);
        history.Add(mean);
        return levelNext.Alpha * (y + (h / 6 * (k1 + (4 * mean.Noise) + fourth.Noise)));
    }
}
