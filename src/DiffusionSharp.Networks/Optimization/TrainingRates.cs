namespace DiffusionSharp.Networks.Optimization;

/// <summary>The numbers that change from step to step, as <see cref="Graphs.Op.Train"/> reads them.</summary>
public static class TrainingRates
{
    /// <summary>How many they are where there is one average at most and a step is one run.</summary>
    public const int Count = Graphs.Operations.AdamUpdate.LeastRates;

    /// <summary>Writes learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, 1 − decay of each average and the part; computed in double, rounded once.</summary>
    /// <param name="rates">An input of the program: [4], one more for each further average, and one for the part.</param>
    /// <param name="step">t: 1 at the first step.</param>
    /// <param name="adam">Rate and betas.</param>
    /// <param name="schedule">What multiplies the rate.</param>
    /// <param name="ema">The average's decay; null where none is kept.</param>
    /// <param name="more">The decays of further averages; null: there are none.</param>
    /// <param name="part">The number of the part of the step, from 0; null where a step is one run.</param>
    /// <exception cref="ArgumentException">There is another number of places.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public static void Write(
        Span<float> rates,
        long step,
        AdamOptions adam,
        LearningRateSchedule schedule,
        EmaOptions? ema,
        IReadOnlyList<EmaOptions>? more = null,
        int? part = null)
    {
        var averages = more?.Count ?? 0;
        var count = Count + averages + (part is null ? 0 : 1);
        if (rates.Length != count) throw new ArgumentException($"TrainingRates: {count} places were expected, {rates.Length} came.", nameof(rates));
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        rates[0] = (float)(adam.Rate * schedule.Multiplier(step - 1));
        rates[1] = (float)(1 - Math.Pow(adam.Beta1, step));
        rates[2] = (float)(1 - Math.Pow(adam.Beta2, step));
        // Not the decay: 1 − (float)0.9999 would be wrong in the fourth digit.
        rates[3] = (float)(1 - (ema?.Decay(step) ?? 0));
        for (var i = 0; i < averages; i++) rates[Count + i] = (float)(1 - more![i].Decay(step));
        if (part is { } number) rates[^1] = number;
    }
}
