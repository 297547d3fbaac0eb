using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Tests.Inspection;

public sealed class NetworkProgramTests
{
    private static readonly RunConfig Config = Presets.Find("quickstart").Build("quickstart", [8, 8, 1]) with { Batch = 8, Accumulate = 2, Steps = 10 };

    [Fact]
    public void A_training_program_runs_on_a_part_of_a_step_and_a_pass_on_a_whole_batch()
    {
        Assert.Equal(4, new NetworkProgram(Config, Training: true).Samples);
        Assert.Equal(8, new NetworkProgram(Config, Training: false).Samples);
    }

    [Fact]
    public void A_plan_of_training_has_room_for_gradients_and_one_of_a_pass_has_none()
    {
        Assert.True(new NetworkProgram(Config, Training: true).Plan().GradientBytes > 0);
        Assert.Equal(0, new NetworkProgram(Config, Training: false).Plan().GradientBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_profile_times_each_step_of_the_plan(bool training)
    {
        var program = new NetworkProgram(Config, training);
        var (plan, times) = program.Profile(Parallelism.Single, TimeSpan.Zero, runs: 3);
        Assert.Equal(program.Plan().Steps.Count, plan.Steps.Count);
        Assert.True(plan.Steps.Sum(s => times.Seconds(s.Index)) > 0);
        Assert.All(plan.Steps, s => Assert.True(times.Seconds(s.Index) >= 0));
    }

    [Fact]
    public void A_profile_ends_between_two_runs_where_it_is_told_to()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var program = new NetworkProgram(Config, Training: false);
        Assert.Throws<OperationCanceledException>(() => program.Profile(Parallelism.Single, TimeSpan.Zero, 1, stop: stop.Token));
    }

    [Fact]
    public void The_work_of_a_recipe_grows_with_its_steps_and_its_batch()
    {
        var work = TrainingWork.Flops(Config);
        Assert.Equal(6 * work, TrainingWork.Flops(Config with { Steps = 30, Batch = 16 }));
        Assert.Equal(TrainingWork.SecondsOnTwoCores(6 * work), 6 * TrainingWork.SecondsOnTwoCores(work), 1e-9 * work);
    }
}
