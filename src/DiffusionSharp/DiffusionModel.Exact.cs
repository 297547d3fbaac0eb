using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

// Models without a network, whose best denoiser is known.
public sealed partial class DiffusionModel
{
    /// <summary>The model of a law that is known in closed form, without any network: what formulas, samplers and schedules are tried on.</summary>
    /// <param name="law">The law of the data.</param>
    /// <param name="schedule">α and σ; null: <see cref="VpLinearSchedule"/>.</param>
    public static DiffusionModel Exact(GaussianMixture law, Schedule? schedule = null) =>
        new(new GaussianMixtureDenoiser(law), schedule ?? new VpLinearSchedule(), [law.Dimension]);

    /// <summary>
    /// The model that training to the end would lead to, were the network without limits: its denoiser is the exact E[x₀ | x_t] over the samples of a
    /// source.
    /// </summary>
    /// <param name="data">At most some thousands of samples: each step compares every sample with every other.</param>
    /// <param name="schedule">α and σ; null: <see cref="VpLinearSchedule"/>.</param>
    /// <remarks>Its samples are those of the data, which is what memorising means (Gu et al. 2023, arXiv:2310.02664, section 2).</remarks>
    /// <exception cref="DataException">A file that is read on demand is damaged.</exception>
    public static DiffusionModel Exact(DataSource data, Schedule? schedule = null) =>
        new(new FiniteDataDenoiser(new FiniteData(All(data))), schedule ?? new VpLinearSchedule(), data.SampleShape);

    // Every sample of a source, [N, …].
    private static Tensor All(DataSource data) => data.Read(Enumerable.Range(0, data.Count));
}
