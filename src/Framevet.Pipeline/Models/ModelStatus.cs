using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>How a model stands on this machine.</summary>
public enum ModelState
{
    /// <summary>All files are there and are what the catalogue says.</summary>
    Ready,
    /// <summary>All files are there, but have not been read since they came; they are read before the first use.</summary>
    Unverified,
    /// <summary>A file is missing.</summary>
    Missing,
    /// <summary>A download was interrupted and can go on.</summary>
    Partial,
    /// <summary>A file was there that is not what the catalogue says; it was put aside.</summary>
    WrongHash,
    /// <summary>Its terms must be accepted first.</summary>
    NeedsAcceptance,
}

/// <summary>One model and how it stands.</summary>
public sealed record ModelStatus(ModelEntry Entry, ModelState State, ImmutableArray<ModelFileStatus> Files, LicenceAcceptance? Acceptance)
{
    /// <summary>Whether a run may begin that needs it.</summary>
    public bool IsUsable => State is ModelState.Ready or ModelState.Unverified;

    /// <summary>Whether all files are there, whatever the terms say.</summary>
    public bool HasFiles => Files.All(f => f.State is ModelState.Ready or ModelState.Unverified);

    /// <summary>Bytes that lie here, finished or not.</summary>
    public long BytesHere => Files.Sum(f => f.BytesHere);

    /// <summary>What is wrong, as a sentence; null for a usable model.</summary>
    public string? Trouble => State switch
    {
        ModelState.NeedsAcceptance => $"The terms of the model '{Entry.Id}' ({Entry.Licence.Id}) have not been accepted.",
        ModelState.WrongHash => Files.First(f => f.State == ModelState.WrongHash) is var wrong
            ? $"The file {wrong.File.Name} of the model '{Entry.Id}' is not what the catalogue says and was {(wrong.PutAside is { } aside ? $"moved to {aside}" : "refused")}: SHA-256 {wrong.File.Sha256} was expected, {wrong.WrongSha256} was found."
            : null,
        ModelState.Missing or ModelState.Partial => Files.First(f => f.State is ModelState.Missing or ModelState.Partial) is var missing
            ? $"The file {missing.File.Name} of the model '{Entry.Id}' is missing in the models folder."
            : null,
        _ => null,
    };
}

/// <summary>
/// One file of a model. <paramref name="State"/> is never NeedsAcceptance. <paramref name="BytesHere"/>: size of what lies here, finished or not.
/// <paramref name="CheckedAt"/>: when it was read last. <paramref name="WrongSha256"/>: hash of the file that was put aside, <paramref name="PutAside"/>: where to.
/// </summary>
public sealed record ModelFileStatus(ModelFile File, ModelState State, long BytesHere, DateTimeOffset? CheckedAt, string? WrongSha256 = null, string? PutAside = null);
