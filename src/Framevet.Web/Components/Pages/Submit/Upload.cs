namespace Framevet.Web.Components.Pages.Submit;

/// <summary>
/// One file as upload.js reports it. <paramref name="State"/>: waiting, sending, paused, interrupted (an earlier visit left it half done), done, failed or
/// cancelled; <paramref name="Loaded"/> bytes sent; <paramref name="RunId"/> once the server made a run of it; <paramref name="Error"/> one sentence when it failed.
/// </summary>
public sealed record Upload(int Id, string Name, long Size, string State, long Loaded, double? BytesPerSecond, string? RunId, string? Error);
