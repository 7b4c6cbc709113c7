using Framevet.Pipeline.Models;

namespace Framevet.Web.Components.Shared;

/// <summary>How states and tasks of models are written.</summary>
public static class ModelWords
{
    /// <summary>Of a state.</summary>
    public static Look Of(ModelState state) => state switch
    {
        ModelState.Ready => new("Ready", "verified", "allow"),
        ModelState.Unverified => new("Here, not read yet", "help", "live"),
        ModelState.Missing => new("Not here", "cloud_download", "unknown"),
        ModelState.Partial => new("Half pulled", "pending", "escalate"),
        ModelState.WrongHash => new("Wrong file refused", "gpp_bad", "block"),
        ModelState.NeedsAcceptance => new("Terms to accept", "gavel", "escalate"),
        _ => new(state.ToString(), "help", "unknown"),
    };

    /// <summary>Of a task, as a heading.</summary>
    public static string Of(ModelTask task) => task switch
    {
        ModelTask.Aesthetic => "Aesthetics: how pleasing",
        ModelTask.Technical => "Technical quality: how well made",
        ModelTask.Safety => "Safety: what must not be shown",
        ModelTask.FaceDetection => "Faces: where",
        ModelTask.FaceLandmarks => "Faces: points",
        ModelTask.EyeState => "Faces: eyes open",
        ModelTask.FaceEmbedding => "Faces: who",
        ModelTask.PersonMask => "People: which pixels",
        ModelTask.SubjectMask => "Subjects: which pixels",
        ModelTask.ObjectDetection => "Things: what is in the picture",
        ModelTask.ImageEmbedding => "Pictures as vectors",
        ModelTask.TextEmbedding => "Sentences as vectors",
        _ => task.ToString(),
    };
}
