using DiffusionSharp.Schedules;

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>A sampler by name: what a list shows and what makes it.</summary>
/// <param name="Name">Lower case with hyphens, as on the command line.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Source">Authors, year, arXiv id, equation or algorithm.</param>
/// <param name="Takes">The options it reads.</param>
/// <param name="Make">Makes it with the options that are given, its own defaults for the others.</param>
/// <param name="NeedsDensity">Whether the denoiser must know its density (<see cref="Denoisers.Denoiser.HasLogDensity"/>), which a network does not.</param>
public sealed record SamplerEntry(
    string Name,
    string Description,
    string Source,
    SamplerOption Takes,
    Func<Schedule, TimeGrid, SamplerOptions, Sampler> Make,
    bool NeedsDensity = false)
{
    /// <summary>Makes the sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="options">Options; none by default.</param>
    /// <exception cref="ArgumentException">An option is given that this sampler does not take or is out of range, or the grid leaves the schedule.</exception>
    public Sampler Create(Schedule schedule, TimeGrid grid, SamplerOptions? options = null)
    {
        options ??= new SamplerOptions();
        var unread = options.Given & ~Takes;
        if (unread != 0) throw new ArgumentException($"{Name} takes {(Takes == 0 ? "no options" : Takes)}; {unread} was given.", nameof(options));
        return Make(schedule, grid, options);
    }
}
