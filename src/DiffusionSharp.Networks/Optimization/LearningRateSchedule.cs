using System.Globalization;

namespace DiffusionSharp.Networks.Optimization;

/// <summary>What multiplies the learning rate at each step.</summary>
/// <param name="Curve">How it moves after the warm-up.</param>
/// <param name="WarmupSteps">Steps of a straight line from 0 to 1; the first step of a warm-up has rate 0.</param>
/// <param name="TotalSteps">The step at which the curve ends, warm-up included; not read by <see cref="RateCurve.Constant"/>.</param>
/// <param name="Cycles">Half waves of <see cref="RateCurve.CosineWithRestarts"/>.</param>
/// <param name="Power">Exponent of <see cref="RateCurve.Polynomial"/>.</param>
/// <param name="Last">Where <see cref="RateCurve.Polynomial"/> ends.</param>
/// <remarks>
/// The values are those of <c>get_scheduler</c> in diffusers: with s the step and u = (s − warm-up)/(total − warm-up),
/// <code>
/// warm-up      s/warm-up
/// linear       1 − u
/// cosine       (1 + cos πu)/2                  // past the end it rises again
/// restarts     (1 + cos π(cycles·u mod 1))/2
/// polynomial   last + (1 − last)(1 − u)^power
/// </code>
/// Cosine: Loshchilov and Hutter 2016, arXiv:1608.03983.
/// </remarks>
public sealed record LearningRateSchedule(
    RateCurve Curve = RateCurve.Constant,
    long WarmupSteps = 0,
    long TotalSteps = 0,
    int Cycles = 1,
    double Power = 1,
    double Last = 1e-7)
{
    /// <summary>The multiplier of a step.</summary>
    /// <param name="step">Steps done before this one: 0 at the first.</param>
    public double Multiplier(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < WarmupSteps) return (double)step / WarmupSteps;
        if (Curve == RateCurve.Constant) return 1;
        var u = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Curve switch
        {
            RateCurve.Linear => Math.Max(0, 1 - u),
            RateCurve.Cosine => 0.5 * (1 + Math.Cos(Math.PI * u)),
            RateCurve.CosineWithRestarts => u >= 1 ? 0 : 0.5 * (1 + Math.Cos(Math.PI * (Cycles * u % 1))),
            RateCurve.Polynomial => u >= 1 ? Last : Last + ((1 - Last) * Math.Pow(1 - u, Power)),
            _ => throw new NotSupportedException($"LearningRateSchedule: the curve {Curve} is not one of {string.Join(", ", Enum.GetNames<RateCurve>())}."),
        };
    }

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Curve))
            throw new ArgumentException($"LearningRateSchedule: Curve {Curve} is not one of {string.Join(", ", Enum.GetNames<RateCurve>())}.");
        if (WarmupSteps < 0) throw new ArgumentException($"LearningRateSchedule: WarmupSteps is {WarmupSteps}, at least 0 was expected.");
        if (Curve != RateCurve.Constant && TotalSteps <= WarmupSteps)
            throw new ArgumentException($"LearningRateSchedule: TotalSteps is {TotalSteps}, {Curve} needs more than the {WarmupSteps} WarmupSteps.");
        if (Cycles < 1) throw new ArgumentException($"LearningRateSchedule: Cycles is {Cycles}, at least 1 was expected.");
        if (Power is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentException(
                $"LearningRateSchedule: Power is {Power.ToString(CultureInfo.InvariantCulture)}, a finite number above 0 was expected.");
        if (Last is not (>= 0 and <= 1))
            throw new ArgumentException($"LearningRateSchedule: Last is {Last.ToString(CultureInfo.InvariantCulture)}, a number in [0, 1] was expected.");
    }
}
