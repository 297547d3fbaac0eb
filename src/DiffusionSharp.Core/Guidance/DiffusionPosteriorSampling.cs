using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>Diffusion posterior sampling as published: an ancestral step, then a step of fixed length down the measurement's residual.</summary>
/// <remarks>
/// <code>
/// x′ = ancestral step(x)            x_s = x′ + (ζ/‖r‖) (∂D/∂x)ᵀ Aᵀ r            r = y − A D(x_t)
/// </code>
/// Chung et al. 2023, arXiv:2209.14687, algorithm 1, in the form of their published code, a step of length ζ down ∇‖r‖; with the ζ_i = ζ′/‖r‖
/// of their appendix, which multiplies ∇‖r‖², ζ = 2 ζ′. The residual falls to about the size of a step; <see cref="MeasurementGuidance"/> is
/// the form with a posterior to be right or wrong about.
/// </remarks>
public sealed class DiffusionPosteriorSampling
{
    private readonly Schedule schedule;
    private readonly TimeGrid grid;
    private readonly LinearOperator measurement;
    private readonly Tensor observed;

    /// <summary>Makes the sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="measurement">A, the linear map from data to what was observed.</param>
    /// <param name="observed">y, [1, M] for all samples or [N, M].</param>
    /// <param name="stepSize">ζ above 0, the length of the step where the Jacobian is 1; 0.3 to 1 in the published code on pictures.</param>
    /// <exception cref="ArgumentException">The step size is out of range, the grid leaves the schedule, or y is not finite.</exception>
    public DiffusionPosteriorSampling(Schedule schedule, TimeGrid grid, LinearOperator measurement, Tensor observed, double stepSize = 1)
    {
        Sampler.CheckGrid(schedule, grid, nameof(DiffusionPosteriorSampling));
        (this.schedule, this.grid, this.measurement, this.observed) = (schedule, grid, measurement, Measurements.Finite(observed));
        StepSize = Guard.Above(stepSize, 0, "DiffusionPosteriorSampling: stepSize");
    }

    /// <summary>ζ.</summary>
    public double StepSize { get; }

    /// <summary>The trajectory from noise, one element per step; computed as it is enumerated.</summary>
    /// <param name="denoiser">The estimate of the data; it must have a gradient.</param>
    /// <param name="shape">The shape of the batch, [N, …].</param>
    /// <param name="noise">The start and one draw a step.</param>
    /// <exception cref="ArgumentException">The denoiser has no gradient.</exception>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Shape shape, NoiseSource noise)
    {
        if (!denoiser.HasGradient)
            throw new ArgumentException(
                $"DiffusionPosteriorSampling: it needs a denoiser with a gradient, {denoiser} has none; inpainting by RePaint needs none.", nameof(denoiser));
        Sampler.CheckStart(schedule, grid, nameof(DiffusionPosteriorSampling));
        return Trajectory(denoiser, shape, noise);
    }

    private IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Shape shape, NoiseSource noise)
    {
        var x = schedule.PriorSigma(grid.Start) * noise.Initial(shape);
        for (var i = 0; i < grid.Count; i++)
        {
            var (level, levelNext) = (schedule.At(grid.Times[i]), schedule.At(grid.Targets[i]));
            var d = denoiser.Denoise(x, level);
            var residual = Measurements.Residual(measurement, observed, d);
            var down = denoiser.VectorJacobian(x, level, measurement.ApplyTransposed(residual, shape));
            x = AncestralStep.Apply(x, d, level, levelNext, noise, i);
            x += down.ScaleSamples(Factors(residual));
            yield return new SamplingStep(i, grid.Count, levelNext.Time, x, d);
        }
    }

    // ζ/‖r‖ of each sample; a residual of zero asks for no step.
    private double[] Factors(Tensor residual)
    {
        var factors = new double[residual.Samples];
        for (var k = 0; k < factors.Length; k++)
        {
            var norm = System.Numerics.Tensors.TensorPrimitives.Norm(residual.Sample(k));
            factors[k] = norm == 0 ? 0 : StepSize / norm;
        }

        return factors;
    }
}
