namespace DiffusionSharp.Tests;

public sealed class OptionExceptionTests
{
    [Fact]
    public void One_message_is_read_by_a_program_and_worded_by_the_command_line()
    {
        var error = new OptionException("{GuidanceRescale}: nothing is guided without {Guidance=W}; add it, or {Class=all}, not {this}.");
        Assert.Equal("GuidanceRescale: nothing is guided without Guidance = W; add it, or Class = all, not {this}.", error.Message);
        Assert.Equal("--guidancerescale: nothing is guided without --guidance W; add it, or --class all, not {this}.", error.Worded(name => "--" + name.ToLowerInvariant()));
    }
}
