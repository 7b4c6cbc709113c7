namespace Framevet.Web.Components.Shared;

/// <summary>A shortcut was pressed (or, when it is held, released).</summary>
public readonly record struct KeyPress(string Action, bool IsDown);
