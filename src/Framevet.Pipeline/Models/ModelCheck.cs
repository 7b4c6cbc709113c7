using System.Globalization;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Models;

/// <summary>How the models folder stands, for <c>framevet doctor</c> and the Settings page.</summary>
public sealed class ModelCheck(ModelStore store)
{
    /// <summary>One report. A missing model is no fault; one that was refused is.</summary>
    public ToolReport Report()
    {
        const string Name = "models";
        var all = store.LookAtAll();
        var refused = all.Where(s => s.State == ModelState.WrongHash).Select(s => s.Entry.Id).ToList();
        var counts = string.Create(CultureInfo.InvariantCulture,
            $"{store.Folder}: {all.Count(s => s.State == ModelState.Ready)} of {all.Length} known models ready, {all.Count(s => s.State == ModelState.Unverified)} here but not read yet, {all.Count(s => s.State == ModelState.Partial)} half pulled");
        return refused.Count > 0
            ? new ToolReport(Name, ToolState.Limited, $"{counts}; refused for a wrong SHA-256: {string.Join(", ", refused)}", $"Pull them again (framevet models pull {string.Join(' ', refused)}) or copy the right files.")
            : new ToolReport(Name, ToolState.Ready, counts, null);
    }
}
