namespace DiffusionSharp.Networks.Optimization;

/// <summary>The four numbers that change from step to step, as <see cref="Graphs.Op.Train"/> reads them.</summary>
public static class TrainingRates
{
    /// <summary>How many they are.</summary>
    public const int Count = 4;

    /// <summary>Writes learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ and 1 − decay of the average; computed in double, rounded once.</summary>
    /// <param name="rates">[4], an input of the program.</param>
    /// <param name="step">t: 1 at the first step.</param>
    /// <param name="adam">Rate and betas.</param>
    /// <param name="schedule">What multiplies the rate.</param>
    /// <param name="ema">The average's decay; null where none is kept.</param>
    /// <exception cref="ArgumentException">There are not four places.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public static void Write(Span<float> rates, long step, AdamOptions adam, LearningRateSchedule schedule, EmaOptions? ema)
    {
        if (rates.Length != Count) throw new ArgumentException($"TrainingRates: {Count} places were expected, {rates.Length} came.", nameof(rates));
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        rates[0] = (float)(adam.Rate * schedule.Multiplier(step - 1));
        rates[1] = (float)(1 - Math.Pow(adam.Beta1, step));
        rates[2] = (float)(1 - Math.Pow(adam.Beta2, step));
        // Not the decay: 1 − (float)0.9999 would be wrong in the fourth digit.
        rates[3] = (float)(1 - (ema?.Decay(step) ?? 0));
    }
}
