using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The last estimates of a trajectory, newest first, and the step that extrapolates them.</summary>
internal sealed class MultistepHistory(int order, DpmSolverForm form, DpmSolverVariant variant, bool halvedCurvature = false)
{
    private readonly List<(NoiseLevel Level, Tensor Estimate)> past = [];

    /// <summary>How many estimates there are to look back on.</summary>
    public int Count => past.Count;

    /// <summary>Adds the estimate at the level where the next step starts.</summary>
    public void Push(NoiseLevel level, Tensor x, Tensor data)
    {
        past.Insert(0, (level, ExponentialStep.Estimate(form, x, data, level)));
        if (past.Count > order) past.RemoveAt(order);
    }

    /// <summary>The mean of the state at a level, from the state at the newest estimate.</summary>
    /// <remarks>
    /// <code>
    /// r_0 = h_0/h       r_1 = h_1/h       h_0, h_1 the lengths of the last steps, h that of this one
    /// E[0,1] = (E_s − E_(s−1))/r_0        E[1,2] = (E_(s−1) − E_(s−2))/r_1
    /// E_2 = (E[0,1] − E[1,2])/(r_0 + r_1)       E_1 = E[0,1] + r_0 E_2
    /// </code>
    /// Newton's divided differences: the quadratic through three estimates. Some published code gives E_2 half this weight.
    /// </remarks>
    public Tensor Step(Tensor x, NoiseLevel levelNext, double eta, int orderAtMost)
    {
        var (level, e) = past[0];
        var step = new ExponentialStep(form, level, levelNext, eta);
        var mean = (step.OfState * x) + (step.OfPower(0) * e);
        var k = Math.Min(orderAtMost, past.Count);
        if (k == 1) return mean;
        var r0 = ExponentialStep.LengthBetween(past[1].Level, level) / step.Length;
        var slope = (e - past[1].Estimate) / r0;
        if (k == 2) return mean + (step.OfSlope(variant) * slope);
        var r1 = ExponentialStep.LengthBetween(past[2].Level, past[1].Level) / step.Length;
        var curvature = (slope - ((past[1].Estimate - past[2].Estimate) / r1)) / (r0 + r1);
        return mean + (step.OfPower(1) * (slope + (r0 * curvature))) + ((halvedCurvature ? 0.5 : 1) * step.OfPower(2) * curvature);
    }

    /// <summary>A step of order 2 from the newest estimate alone, with one more call in its middle: how order 3 begins.</summary>
    public Tensor StepOnTwoStages(Schedule schedule, Denoiser denoiser, Tensor x, NoiseLevel levelNext)
    {
        var (level, e) = past[0];
        var step = new ExponentialStep(form, level, levelNext);
        var middle = schedule.AtLogSnr(level.LogSnr + step.Length);
        var half = new ExponentialStep(form, level, middle);
        var stage = (half.OfState * x) + (half.OfPower(0) * e);
        var slope = (ExponentialStep.Estimate(form, stage, denoiser.Denoise(stage, middle), middle) - e) / (half.Length / step.Length);
        return (step.OfState * x) + (step.OfPower(0) * e) + (step.OfPower(1) * slope);
    }
}
