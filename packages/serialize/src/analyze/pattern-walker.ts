import type { AnyNode, Node, Pattern } from 'acorn';
import { WalkState } from './walk-state.js';

/** The part of a walk that goes through patterns: what an assignment writes to, and what a declaration binds. */
export abstract class PatternWalker extends WalkState {
  protected abstract visit(node: AnyNode | null | undefined): void;

  protected visitKey(key: Node, computed: boolean): void {
    if (computed) this.visit(key as AnyNode);
  }

  /** A pattern that assigns: its names are uses that write. */
  protected target(node: Pattern, reads: boolean): void {
    switch (node.type) {
      case 'Identifier':
        this.use(node, reads, true);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.target(property.argument, false);
          else if (property.shorthand) this.shorthandTarget(property.value);
          else {
            this.visitKey(property.key, property.computed);
            this.target(property.value, false);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element !== null) this.target(element, false);
        return;
      case 'RestElement':
        this.target(node.argument, false);
        return;
      case 'AssignmentPattern':
        this.target(node.left, false);
        this.visit(node.right);
        return;
      default:
        this.visit(node as AnyNode);
    }
  }

  protected shorthandTarget(value: Pattern): void {
    const name = value.type === 'AssignmentPattern' ? value.left : value;
    if (name.type === 'Identifier') this.use(name, false, true, true);
    if (value.type === 'AssignmentPattern') this.visit(value.right);
  }

  /**
   * A pattern that declares: only its computed keys and defaults are code; its names are bound already.
   * In `with` a `var` with a value assigns through the object, so it counts as a use there.
   */
  protected pattern(node: Pattern, hasValue: boolean): void {
    switch (node.type) {
      case 'Identifier':
        if (hasValue && this.hasWith) this.use(node, false, true);
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.pattern(property.argument, hasValue);
          else {
            this.visitKey(property.key, property.computed);
            this.pattern(property.value, hasValue);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element !== null) this.pattern(element, hasValue);
        return;
      case 'RestElement':
        this.pattern(node.argument, hasValue);
        return;
      case 'AssignmentPattern':
        this.pattern(node.left, hasValue);
        this.visit(node.right);
        return;
      default:
    }
  }
}
