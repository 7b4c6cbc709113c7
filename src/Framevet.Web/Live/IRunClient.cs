namespace Framevet.Web.Live;

/// <summary>
/// What the hub tells its clients; the names are the names of the messages. Messages may be lost: each carries the run's revision, and
/// <c>Subscribe</c> with the last one seen gives what is missing.
/// </summary>
public interface IRunClient
{
    /// <summary>A run moved to another state.</summary>
    Task State(StateNews news);

    /// <summary>A run's stage moved on, at most four times a second.</summary>
    Task Progress(ProgressNews news);

    /// <summary>New frames were scored.</summary>
    Task Frames(FramesNews news);

    /// <summary>Verdicts changed: ask for the frames again.</summary>
    Task Verdicts(VerdictsNews news);

    /// <summary>The best frames were picked.</summary>
    Task Selection(SelectionNews news);

    /// <summary>Gates that need all frames have answered: ask for the frames again.</summary>
    Task Gating(GatingNews news);

    /// <summary>The scene list changed: ask for it again.</summary>
    Task Scenes(ScenesNews news);

    /// <summary>The people of the run were found: ask for them.</summary>
    Task People(PeopleNews news);

    /// <summary>Somebody marked frames: ask for the marks after the last revision seen.</summary>
    Task Marks(MarksNews news);

    /// <summary>A line for the run's log.</summary>
    Task Log(LogNews news);

    /// <summary>An export moved on.</summary>
    Task Export(ExportNews news);

    /// <summary>A review item of a run was added, claimed, released or decided.</summary>
    Task Review(ReviewNews news);
}
