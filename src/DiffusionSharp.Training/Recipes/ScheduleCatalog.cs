namespace DiffusionSharp.Training.Recipes;

/// <summary>A schedule that a run can be trained on, as lists show it.</summary>
/// <param name="Default">With the options that its kind has where none is said.</param>
/// <param name="Description">What it is, in one line.</param>
public sealed record ScheduleEntry(ScheduleConfig Default, string Description)
{
    /// <summary>As on the command line: <c>vp-linear</c>.</summary>
    public string Name => Default.Name;
}

/// <summary>The schedules that a run can be trained on.</summary>
public static class ScheduleCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ScheduleEntry> All { get; } =
    [
        new(ScheduleConfig.Linear, "discrete, β linear from 1e-4 to 0.02 (Ho et al. 2020, arXiv:2006.11239)"),
        new(ScheduleConfig.ScaledLinear, "discrete, √β linear from √0.00085 to √0.012 (Rombach et al. 2022, arXiv:2112.10752)"),
        new(ScheduleConfig.Cosine, "discrete, ᾱ a squared cosine (Nichol and Dhariwal 2021, arXiv:2102.09672)"),
        new(ScheduleConfig.Sigmoid, "discrete, β a sigmoid from 1e-4 to 0.02"),
        new(ScheduleConfig.VpLinear, "continuous, β(t) linear from 0.1 to 20 (Song et al. 2021, arXiv:2011.13456)"),
        new(ScheduleConfig.VpCosine, "continuous, ᾱ a squared cosine"),
        new(ScheduleConfig.Laplace, "discrete, log SNR by the quantiles of a Laplace distribution (Hang et al. 2024, arXiv:2407.03297)"),
        new(ScheduleConfig.SubVp, "continuous, the drift of VP with less noise (Song et al. 2021, arXiv:2011.13456)"),
        new(ScheduleConfig.VeGeometric, "continuous, α = 1, σ geometric from 0.01 to 50 (Song et al. 2021, arXiv:2011.13456)"),
        new(ScheduleConfig.Edm, "continuous, α = 1, σ = t up to 80 (Karras et al. 2022, arXiv:2206.00364)"),
        new(
            ScheduleConfig.Geometric,
            "discrete, α = 1, levels of σ in one ratio, found from the data (Song and Ermon 2019, arXiv:1907.05600; 2020, arXiv:2006.09011)"),
        new(new BetasScheduleConfig(), "discrete, β one by one; by --config (schedule.betaValues)"),
        new(ScheduleConfig.Flow, "continuous, α = 1 − t, σ = t, without noise prediction (Liu et al. 2022, arXiv:2209.03003)"),
    ];

    /// <summary>Whether a schedule is a kind alone: nothing is said of its options.</summary>
    /// <param name="schedule">As it was asked for.</param>
    public static bool IsBare(ScheduleConfig schedule) => All.Any(e => e.Default == schedule);
}
